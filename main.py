"""RNN Playground: the window, or a command. `python main.py --help` lists them."""

import sys
from multiprocessing import freeze_support

if __name__ == "__main__":
    freeze_support()
    from playground.launch import main

    sys.exit(main())
