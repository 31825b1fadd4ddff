"""What the server refuses, in the words and codes of the real one."""


class DataverseError(Exception):
    """An error reply of the Web API: HTTP status, Dataverse's code and message, further headers."""

    def __init__(self, status: int, code: str, message: str, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status} {code} {message}")
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}


class OrgError(Exception):
    """The org folder holds something that a Dataverse could not hold: whoever wrote it has to mend it."""


def bad_request(message: str, code: str = "0x0") -> DataverseError:
    return DataverseError(400, code, message)


def unknown_property(name: str, entity: str) -> DataverseError:
    return bad_request(f"Could not find a property named '{name}' on type 'Microsoft.Dynamics.CRM.{entity}'.")


def unknown_segment(segment: str) -> DataverseError:
    return DataverseError(404, "0x8006088a", f"Resource not found for the segment '{segment}'.")


def no_such_row(title: str, row_id: str) -> DataverseError:
    return DataverseError(404, "0x80040217", f"{title} With Id = {row_id} Does Not Exist")


THROTTLED = {
    "requests": ("0x80072322", "Number of requests exceeded the limit of 6000 over time window of 300 seconds."),
    "time": (
        "0x80072321",
        "Combined execution time of incoming requests exceeded limit of 1,200,000 milliseconds over time window of 300 "
        "seconds. Decrease number of concurrent requests or reduce the duration of requests and try again later.",
    ),
    "concurrency": ("0x80072326", "Number of concurrent requests exceeded the limit of 52."),
}


def throttled(kind: str, retry_after: float) -> DataverseError:
    """One of the three service protection limits: `requests`, `time` or `concurrency`."""
    code, message = THROTTLED[kind]
    return DataverseError(429, code, message, headers={"Retry-After": f"{retry_after:g}"})


def unauthorized(message: str) -> DataverseError:
    return DataverseError(401, "0x80041d1f", message)
