"""Which revisions stood at the head of main, and the last commit of each, before the next one came."""

from pathlib import Path
from typing import Final

DUMPS: Final = Path(__file__).parent / "dumps"

HEADS: Final = {
    "0005": "8009141",
    "0006": "fbb857b",
    "0007": "9da3827",
    "0011": "eb39713",
    "0012": "7ce4d31",
    "0013": "c93e038",
    "0014": "c6f4f66",
    "0015": "59ffe79",
    "0016": "d242db1",
    "0017": "b694618",
    "0018": "41db285",
    "0019": "b363e83",
    "0020": "f5f76cb",
    "0021": "4f99a92",
    "0023": "b0a81ec",
    "0028": "81bf7da",
    "0035": "fde4412",
}
# No database stands at these: each came to main together with the next one above.
TOGETHER: Final = (
    "0001",
    "0002",
    "0003",
    "0004",
    "0008",
    "0009",
    "0010",
    "0022",
    "0024",
    "0025",
    "0026",
    "0027",
    "0029",
    "0030",
    "0031",
    "0032",
    "0033",
    "0034",
    "0036",
    "0037",
    "0038",
    "0039",
    "0040",
    "0041",
)
