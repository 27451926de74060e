"""Which packages and data are installed; everything else stands in pyproject.toml.

`resources/` lies at the top of a checkout, where people look for it. Installed, it is the folder `resources` inside the
package: that mapping together with automatic discovery of packages needs these few lines.
"""

from pathlib import Path

from setuptools import find_packages, setup

NOT_INSTALLED = {"benchmarks", "pictures", "setup"}
folders = sorted(path.name for path in Path("resources").iterdir() if path.is_dir() and path.name not in NOT_INSTALLED)
resources = [f"playground.resources.{name}" for name in folders]

setup(
    packages=[*find_packages(include=["playground", "playground.*"]), *resources],
    package_dir={"playground.resources": "resources"},
    package_data={name: ["**/*"] for name in resources},
)
