"""RDS: what a cluster's description leaves out in moto."""


def install() -> None:
    pass
