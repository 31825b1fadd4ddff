"""Arrow's compute functions, typed as far as they can be.

pyarrow makes most of these functions when it is imported, so type checkers do not know them; this is the one place
where that is said.
"""

from typing import Any

import pyarrow.compute

compute: Any = pyarrow.compute
