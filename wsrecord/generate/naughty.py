"""Values that programs are known to trip over. Few, so that each comes up often."""

TEXTS = (
    "",
    " ",
    "  padded  ",
    "\x00",
    "a\x00b",
    "\n",
    "\r\n",
    "\t",
    "\x1b[31mred\x1b[0m",
    "\ufeffmark",
    "\u202egnp.exe",  # right to left
    "\u200f\u200e",
    "\u2028",
    "é",
    "e\u0301",  # the same, composed
    "Z\u0351\u036b\u0343a\u0338\u0321lgo",
    "😀",
    "👨\u200d👩\u200d👧\u200d👦",
    "𝕳𝖎",
    "مرحبا",
    "漢字",
    "ß",
    "İ",  # longer in lower case
    "null",
    "undefined",
    "None",
    "NaN",
    "true",
    "0",
    "-1",
    "1e400",
    "9007199254740993",
    "0x10",
    "[]",
    "{}",
    '"',
    "'",
    "\\",
    "`",
    "' OR '1'='1",
    "1; DROP TABLE users--",
    "<script>alert(1)</script>",
    "&lt;b&gt;",
    "${7*7}",
    "{{7*7}}",
    "%s%n",
    "%00",
    "../../etc/passwd",
    "__proto__",
    "constructor",
    "data: x\n\n",
    "\U0010ffff",
    "\ufffd",
)
LONG = ("x" * 1_025, "é" * 5_000, "a " * 8_193)
NAMES = ("extra", "__proto__", "constructor", "toString", "", "a b", "$ref", "a/b", "a~b", "0", "é", "x_1")
INTEGERS = (0, 1, -1, 2**31 - 1, -(2**31), 2**31, 2**53 - 1, 2**53, 2**53 + 1, -(2**53) - 1, 2**63 - 1, 2**63)
FRACTIONS = (0.5, -0.5, 0.1, 1e-7, 5e-324, 1.5, -273.15)
FLOATS = (-0.0, 1.0, 1e308, -1e308, 1e20)  # whole numbers that are written as floats
