"""Numbers and tokens that look like the marketplace's and are the same for the same seed."""

from __future__ import annotations

from random import Random

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_STARTS = {
    "ticket": 12_345_600,
    "message": 401_200_300,
    "order_unit": 314_567_896_580_000,
    "return": 7_204_100,
    "return_unit": 9_318_500,
    "offer": 350_117_200,
    "product": 362_524_000,
    "buyer": 51_870_300,
    "subscription": 11_000,
    "invoice": 918_273_000,
    "import": 88_400,
    "report": 21_527_000,
    "shipping_group": 10,
    "warehouse": 4,
}


class Ids:
    def __init__(self, seed: int) -> None:
        self._random = Random(f"ids:{seed}")
        self._last = dict(_STARTS)
        self._orders: set[str] = set()

    def number(self, kind: str) -> int:
        self._last[kind] += self._random.randint(1, 7)
        return self._last[kind]

    def ticket(self) -> str:
        """Eleven digits that start with 001, as the seller portal shows them."""
        return f"001{self.number('ticket'):08d}"

    def order(self) -> str:
        """Seven characters that start with M."""
        while True:
            id = "M" + "".join(self._random.choices(_LETTERS, k=6))
            if id not in self._orders:
                self._orders.add(id)
                return id

    def token(self, length: int = 32) -> str:
        """Hexadecimal characters, for addresses nobody can guess and for message ids."""
        return f"{self._random.getrandbits(4 * length):0{length}x}"

    def digits(self, length: int) -> str:
        return "".join(self._random.choices("0123456789", k=length))
