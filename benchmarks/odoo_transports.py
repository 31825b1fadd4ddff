r"""Compare JSON-2, JSON-RPC and XML-RPC on one real Odoo, in one run.

    ODOO_KEY=… python benchmarks/odoo_transports.py \
        --url http://127.0.0.1:8069 --database bench --login admin --key-env ODOO_KEY

Use a database of its own: partners are created, read and removed. The transports take turns, so that a machine that is
busy for a while slows all of them alike; the median of the rounds counts.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable

from flitstack_pipeline.odoo.access import OdooAccess
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.errors import OdooError
from flitstack_pipeline.odoo.keys import QUIET

PROTOCOLS = ("json2", "jsonrpc", "xmlrpc")
FIELDS = ["name", "email", "phone", "street", "city", "zip", "country_id", "create_date", "comment"]


def partners(count: int, tag: str) -> list[dict]:
    return [
        {
            "name": f"Bench {tag} {number}",
            "email": f"bench.{number}@example.com",
            "phone": "+61 2 9999 0000",
            "street": f"{number} Long Street",
            "city": "Sydney",
            "zip": "2000",
            "comment": "<p>Rings twice.</p>",
        }
        for number in range(count)
    ]


def per_second(count: int, work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return count / (time.perf_counter() - began)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--login", required=True)
    parser.add_argument("--key-env", required=True, help="name of the environment variable that holds the API key")
    parser.add_argument("--batch", type=int, default=500, help="records a create")
    parser.add_argument("--reads", type=int, default=2000, help="records a read")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()

    key = os.environ.get(options.key_env, "")
    clients: dict[str, OdooClient] = {}
    for protocol in PROTOCOLS:
        access = OdooAccess(
            url=options.url, database=options.database, login=options.login, api_key=key, protocol=protocol
        )
        try:
            clients[protocol] = OdooClient.connect(access)
        except OdooError as error:
            sys.stdout.write(f"{protocol:8} not available: {error.message}\n")
    if not clients:
        return 1

    created: dict[str, list[float]] = {name: [] for name in clients}
    read: dict[str, list[float]] = {name: [] for name in clients}
    small: dict[str, list[float]] = {name: [] for name in clients}
    made: list[int] = []
    for turn in range(options.rounds):
        for name, odoo in clients.items():
            rows = partners(options.batch, f"{name} {turn}")
            created[name].append(
                per_second(len(rows), lambda o=odoo, r=rows: made.extend(o.create("res.partner", r, context=QUIET)))
            )
    ids = (made * (options.reads // len(made) + 1))[: options.reads]
    for _ in range(options.rounds):
        for name, odoo in clients.items():
            read[name].append(per_second(len(ids), lambda o=odoo: o.read("res.partner", ids, FIELDS)))
            small[name].append(
                per_second(50, lambda o=odoo: [o.search_count("res.partner", [("id", "=", i)]) for i in ids[:50]])
            )
    sys.stdout.write(f"Odoo {next(iter(clients.values())).version.raw}, median of {options.rounds} rounds\n")
    sys.stdout.write(f"{'':8} {'creates/s':>10} {'reads/s':>10} {'small calls/s':>14}\n")
    for name in clients:
        numbers = [statistics.median(series[name]) for series in (created, read, small)]
        sys.stdout.write(f"{name:8} {numbers[0]:10,.0f} {numbers[1]:10,.0f} {numbers[2]:14,.0f}\n")
    next(iter(clients.values())).unlink("res.partner", made)
    for odoo in clients.values():
        odoo.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
