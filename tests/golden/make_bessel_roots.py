"""Prints the table of include/fascikit/filter/bessel.hpp: the roots of the reverse Bessel polynomials.

Run from the project's root: python tests/golden/make_bessel_roots.py
Aberth's method in 60 decimal digits on the integer coefficients, so every digit printed
is right. Of each pair the root above the real axis, by rising imaginary part.
"""

from decimal import Decimal, getcontext
from math import cos, factorial, pi, sin

getcontext().prec = 60
Complex = tuple[Decimal, Decimal]


def mul(a: Complex, b: Complex) -> Complex:
    return a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]


def div(a: Complex, b: Complex) -> Complex:
    size = b[0] * b[0] + b[1] * b[1]
    re, im = mul(a, (b[0], -b[1]))
    return re / size, im / size


def add(a: Complex, b: Complex, sign: int = 1) -> Complex:
    return a[0] + sign * b[0], a[1] + sign * b[1]


def coefficients(n: int) -> list[int]:
    """Of s^0 ... s^n: (2n - k)! / (2^(n-k) k! (n-k)!)."""
    return [factorial(2 * n - k) // (2 ** (n - k) * factorial(k) * factorial(n - k)) for k in range(n + 1)]


def roots(n: int) -> list[Complex]:
    c = coefficients(n)
    found = [
        (Decimal(n * cos(2 * pi * (i + 0.3) / n)), Decimal(n * sin(2 * pi * (i + 0.3) / n))) for i in range(n)
    ]
    one, zero = (Decimal(1), Decimal(0)), (Decimal(0), Decimal(0))
    for _ in range(200):
        moved = Decimal(0)
        for i, r in enumerate(found):
            value, slope = zero, zero
            for k in reversed(c):
                slope = add(mul(slope, r), value)
                value = add(mul(value, r), (Decimal(k), Decimal(0)))
            if value == zero:
                continue
            newton = div(value, slope)
            push = zero
            for j, other in enumerate(found):
                if j != i:
                    push = add(push, div(one, add(r, other, -1)))
            step = div(newton, add(one, mul(newton, push), -1))
            found[i] = add(r, step, -1)
            moved = max(moved, abs(step[0]) + abs(step[1]))
        if moved < Decimal("1e-50"):
            break
    return sorted((r for r in found if r[1] > Decimal("-1e-40")), key=lambda r: r[1])


def main() -> None:
    for n in range(1, 13):
        cells = []
        for re, im in roots(n):
            im = Decimal(0) if abs(im) < Decimal("1e-40") else im
            cells.append(f"{{{float(re)!r}, {float(im)!r}}}")
        for i in range(0, len(cells), 2):
            print("    " + ", ".join(cells[i : i + 2]) + ",")


if __name__ == "__main__":
    main()
