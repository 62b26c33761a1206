"""What every declared class has in common: keys that it does not know are refused."""

from typing import Final

from pydantic import ConfigDict

STRICT: Final = ConfigDict(extra="forbid", defer_build=True)
"""The validator is made when it is first used: a command uses few of them."""
