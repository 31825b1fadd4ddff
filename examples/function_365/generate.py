"""Write the example organization: `python examples/function_365/generate.py [folder]`. The same bytes every time.

Needs nothing but Python. `org/` is what the sandbox's Dataverse serves, `planted.json` what must not come through clean.
"""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from harbourside.organization import build  # noqa: E402 (found only now)
from harbourside.readme import readme  # noqa: E402 (found only now)
from harbourside.writing import write_org, write_planted  # noqa: E402 (found only now)

if __name__ == "__main__":
    home = Path(__file__).parent
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else home
    world = build()
    write_org(target / "org", world)
    write_planted(target / "planted.json", world)
    (target / "README.md").write_text(readme(world), encoding="utf-8")
