"""Which packages and data are installed; everything else stands in pyproject.toml.

`resources/` lies at the top of a checkout, where people look for it. Installed, it is the folder `resources` inside the
package: that mapping together with automatic discovery of packages needs these few lines.
"""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["playground", "playground.*"]), "playground.resources"],
    package_dir={"playground.resources": "resources"},
    package_data={"playground.resources": ["**/*"]},
    exclude_package_data={"playground.resources": ["pictures/*", "setup/*", "benchmarks/*"]},
)
