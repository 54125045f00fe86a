"""S3: conditions that moto does not look at."""


def install() -> None:
    pass
