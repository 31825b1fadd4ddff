"""Answers of an older Odoo that never arrive."""

import re

import httpx


class Losing(httpx.BaseTransport):
    """Loses the answer to the first call of a method of a model. `answered`: Odoo has carried it out by then."""

    def __init__(self, model: str, method: str, *, answered: bool) -> None:
        self.happened = 0
        self._answered = answered
        words = [re.escape(name.encode()) for name in (model, method)]
        self._calls = [
            re.compile(rb'"%s",\s*"%s"' % (words[0], words[1])),
            re.compile(
                rb"<string>%s</string></value>\s*</param>\s*<param>\s*<value><string>%s</string>" % (words[0], words[1])
            ),
        ]
        self._wire = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if not self.happened and any(call.search(request.read()) for call in self._calls):
            self.happened += 1
            if self._answered:
                self._wire.handle_request(request).read()
            raise httpx.ReadError("the connection was cut", request=request)
        return self._wire.handle_request(request)

    def close(self) -> None:
        self._wire.close()
