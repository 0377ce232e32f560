"""
The demo's pictures, drawn here: no photograph of a real person or workplace is needed to show the product.

Each scene is a function of a drawing board whose unit is a hundredth of the picture's height.
"""

import math
import random
from collections.abc import Callable
from io import BytesIO

from PIL import Image, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
SKIN = [(241, 194, 160), (198, 134, 92), (141, 85, 54)]
FINER = 2
"""Drawn larger and scaled down: soft edges."""


class Board:
    """A picture under the pencil. (0, 0) is the upper left corner, (150, 100) the lower right."""

    def __init__(self, width: int, height: int, top: Colour, bottom: Colour) -> None:
        self.unit = height * FINER / 100
        self.size = (width * FINER, height * FINER)
        self.right = width / height * 100
        self.image = Image.linear_gradient("L").resize(self.size).convert("L")
        self.image = Image.composite(
            Image.new("RGB", self.size, bottom), Image.new("RGB", self.size, top), self.image
        )
        self.pencil = ImageDraw.Draw(self.image)

    def scaled(self, *numbers: float) -> list[float]:
        return [number * self.unit for number in numbers]

    def box(
        self, x: float, y: float, width: float, height: float, colour: Colour, round_by: float = 0
    ) -> None:
        self.pencil.rounded_rectangle(self.scaled(x, y, x + width, y + height), round_by * self.unit, colour)

    def disc(self, x: float, y: float, radius: float, colour: Colour) -> None:
        self.pencil.ellipse(self.scaled(x - radius, y - radius, x + radius, y + radius), colour)

    def shape(self, colour: Colour, *points: float) -> None:
        self.pencil.polygon(self.scaled(*points), colour)

    def line(self, colour: Colour, width: float, *points: float) -> None:
        self.pencil.line(self.scaled(*points), colour, round(width * self.unit), joint="curve")

    def hills(self, y: float, height: float, colour: Colour, seed: int) -> None:
        phase = random.Random(seed).uniform(0, 6)
        points = [0.0, 100.0]
        for step in range(61):
            x = self.right * step / 60
            points += [
                x,
                y - height * (0.5 + 0.5 * math.sin(phase + step / 7)) - height * 0.3 * math.sin(step / 3),
            ]
        self.shape(colour, *points, self.right, 100)

    def worker(self, x: float, y: float, size: float, vest: Colour, helmet: Colour, skin: Colour) -> None:
        """Head and shoulders in protective gear; (x, y) is the chin."""
        s = size
        self.box(x - 15 * s, y + 3 * s, 30 * s, 60 * s, vest, 9 * s)
        for side in (-9.0, 6.0):
            self.box(x + side * s, y + 4 * s, 3.4 * s, 58 * s, (225, 228, 226))
        self.box(x - 15 * s, y + 26 * s, 30 * s, 4 * s, (225, 228, 226))
        self.box(x - 3.4 * s, y - 4 * s, 6.8 * s, 10 * s, darker(skin))
        self.disc(x, y - 8 * s, 9 * s, skin)
        self.pencil.pieslice(self.scaled(x - 10 * s, y - 22 * s, x + 10 * s, y - 2 * s), 180, 360, helmet)
        self.box(x - 12 * s, y - 13 * s, 24 * s, 2.4 * s, darker(helmet), 1.2 * s)
        for side in (-3.4, 3.4):
            self.disc(x + side * s, y - 8 * s, 0.9 * s, (40, 32, 30))
        self.pencil.arc(
            self.scaled(x - 4 * s, y - 8 * s, x + 4 * s, y - 2 * s),
            20,
            160,
            (110, 52, 40),
            round(0.8 * s * self.unit),
        )

    def jpeg(self) -> bytes:
        grain = Image.effect_noise(self.size, 18).convert("RGB")
        image = Image.blend(self.image, grain, 0.035).filter(ImageFilter.GaussianBlur(0.6))
        buffer = BytesIO()
        image.resize((self.size[0] // FINER, self.size[1] // FINER), Image.Resampling.LANCZOS).save(
            buffer, "JPEG", quality=88
        )
        return buffer.getvalue()


def darker(colour: Colour) -> Colour:
    return tuple(int(part * 0.82) for part in colour)  # type: ignore[return-value]


ORANGE, YELLOW, WHITE, STEEL = (235, 106, 36), (242, 205, 48), (240, 236, 226), (72, 84, 96)


def yard(board: Board) -> None:
    """The shunting yard at dawn, two colleagues in front."""
    board.disc(board.right * 0.72, 46, 9, (255, 226, 170))
    board.hills(58, 6, (58, 74, 92), 3)
    for index, colour in enumerate(
        [(124, 58, 44), (56, 92, 120), (124, 58, 44), (70, 104, 96), (124, 58, 44)]
    ):
        board.box(index * 30 - 8, 40, 28, 19, colour, 1)
        board.line(darker(colour), 0.5, index * 30 + 1, 41, index * 30 + 1, 58)
        for wheel in (-3, 15):
            board.disc(index * 30 + wheel, 61, 2.6, (34, 36, 40))
    board.box(0, 62, board.right, 38, (92, 84, 78))
    for start in (10, 52, 96, 140):
        board.line((176, 172, 166), 0.8, board.right * 0.6, 62, start - 20, 100)
        board.line((176, 172, 166), 0.8, board.right * 0.62, 62, start - 8, 100)
    board.worker(board.right * 0.34, 58, 1.25, ORANGE, WHITE, SKIN[0])
    board.worker(board.right * 0.6, 63, 1.25, YELLOW, ORANGE, SKIN[2])


def road(board: Board) -> None:
    """Night work on the E4."""
    board.hills(56, 8, (44, 40, 66), 8)
    board.shape(
        (62, 60, 70), board.right * 0.46, 54, board.right * 0.54, 54, board.right * 1.1, 100, -10, 100
    )
    for step in range(5):
        y = 58 + step * step * 2.4
        board.box(board.right * 0.5 - 0.4 * (step + 1), y, 0.8 * (step + 1), 2 + step, WHITE)
    board.box(board.right * 0.62, 34, 34, 20, (222, 150, 40), 2)
    board.box(board.right * 0.62 + 4, 22, 26, 13, (30, 30, 36), 1)
    for step in range(3):
        board.shape((255, 196, 60), *arrow(board.right * 0.62 + 8 + step * 7, 28.5))
    for x in (12, 24, 40, 62):
        cone(board, x, 78 + x % 7)
    board.worker(board.right * 0.2, 60, 1.0, YELLOW, WHITE, SKIN[1])


def arrow(x: float, y: float) -> tuple[float, ...]:
    return (x, y - 4, x + 4, y, x, y + 4, x - 1.6, y + 4, x + 2, y, x - 1.6, y - 4)


def cone(board: Board, x: float, y: float) -> None:
    board.shape(ORANGE, x, y - 9, x + 3.4, y, x - 3.4, y)
    board.shape(WHITE, x - 1.3, y - 5.4, x + 1.3, y - 5.4, x + 2.2, y - 3, x - 2.2, y - 3)


def terminal(board: Board) -> None:
    """Parcels that become more."""
    board.box(0, 0, board.right, 100, (206, 214, 214))
    for x in range(0, int(board.right), 22):
        board.line((176, 186, 188), 1, x, 0, x, 62)
    for x in range(8, int(board.right), 34):
        board.box(x, 8, 18, 2.4, (255, 252, 232), 1)
    board.box(0, 62, board.right, 38, (150, 158, 158))
    board.shape((96, 104, 110), 0, 58, board.right, 44, board.right, 52, 0, 68)
    chance = random.Random(5)
    for index in range(9):
        left = 4 + index * board.right / 9
        height = chance.uniform(6, 12)
        board.box(
            left, 60 - index * 1.55 - height, chance.uniform(8, 13), height, chance.choice(PARCELS), 0.6
        )
    board.worker(board.right * 0.3, 60, 1.1, (52, 96, 150), (40, 60, 92), SKIN[1])


PARCELS = [(192, 148, 98), (176, 130, 82), (208, 170, 122), (160, 118, 76)]


def ferry(board: Board) -> None:
    """The yellow ferry between the islands."""
    board.hills(48, 6, (92, 126, 116), 2)
    board.box(0, 52, board.right, 48, (74, 128, 156))
    for y in range(56, 100, 6):
        board.line((104, 156, 180), 0.5, (y * 7) % 40, y, (y * 7) % 40 + 26, y)
        board.line((104, 156, 180), 0.5, (y * 5) % 50 + 70, y, (y * 5) % 50 + 92, y)
    left = board.right * 0.2
    board.shape((226, 178, 30), left, 58, left + 88, 58, left + 80, 70, left + 8, 70)
    board.box(left + 4, 56, 80, 3, (70, 76, 80))
    board.box(left + 40, 36, 12, 21, (232, 186, 40), 1)
    board.box(left + 38, 30, 16, 8, (236, 240, 240), 1)
    board.box(left + 40, 32, 12, 3.4, (70, 100, 120))
    for x, colour in ((10, (170, 60, 48)), (24, (60, 84, 110)), (60, (236, 236, 230)), (72, (90, 120, 90))):
        board.box(left + x, 50, 11, 6, colour, 2)
    board.disc(board.right * 0.84, 18, 6, (255, 244, 206))


def mast(board: Board) -> None:
    """High up, with the whole parish below."""
    board.hills(78, 8, (94, 122, 84), 6)
    board.hills(90, 8, (70, 98, 66), 9)
    x = board.right * 0.62
    for step in range(9):
        y, wide = 8 + step * 10, 2 + step * 0.9
        board.line((140, 62, 48) if step % 2 else (232, 232, 228), 1, x - wide, y + 10, x + wide, y)
        board.line((140, 62, 48) if step % 2 else (232, 232, 228), 1, x + wide, y + 10, x - wide, y)
    board.line(STEEL, 1.2, x - 1.6, 6, x - 10, 100)
    board.line(STEEL, 1.2, x + 1.6, 6, x + 10, 100)
    for y in (22, 34):
        board.disc(x + 5, y, 4, (236, 238, 236))
        board.disc(x + 5, y, 1.2, STEEL)
    board.worker(x - 9, 52, 0.55, ORANGE, YELLOW, SKIN[0])


def march(board: Board) -> None:
    """The first of May."""
    for index in range(8):
        board.box(index * 22 - 4, 18 + (index * 13) % 17, 20, 60, HOUSES[index % len(HOUSES)], 0.5)
        for row in range(4):
            board.box(index * 22, 26 + (index * 13) % 17 + row * 9, 3, 5, (250, 240, 210))
            board.box(index * 22 + 7, 26 + (index * 13) % 17 + row * 9, 3, 5, (250, 240, 210))
    board.box(0, 72, board.right, 28, (150, 146, 142))
    for x, colour in ((20, (196, 52, 44)), (62, (30, 92, 128)), (104, (196, 52, 44))):
        board.line((92, 70, 52), 1, x, 26, x, 78)
        board.line((92, 70, 52), 1, x + 30, 26, x + 30, 78)
        board.box(x, 26, 30, 15, colour, 0.6)
        board.line(WHITE, 1.4, x + 5, 32, x + 25, 32)
        board.line(WHITE, 1.0, x + 8, 36, x + 22, 36)
    chance = random.Random(1)
    for index in range(9):
        board.worker(
            8 + index * board.right / 9, 74 + chance.uniform(-2, 4), 0.62,
            chance.choice(COATS), chance.choice(COATS), chance.choice(SKIN),
        )  # fmt: skip


HOUSES = [(206, 164, 120), (190, 128, 104), (222, 200, 160), (158, 166, 160)]
COATS = [(60, 84, 110), (150, 60, 52), (84, 110, 90), (214, 180, 84), (86, 70, 96)]

SCENES: dict[str, tuple[Callable[[Board], None], Colour, Colour]] = {
    "bangard": (yard, (64, 92, 124), (246, 188, 132)),
    "vagarbete": (road, (30, 34, 66), (214, 116, 92)),
    "terminal": (terminal, (206, 214, 214), (206, 214, 214)),
    "farja": (ferry, (150, 196, 216), (238, 232, 208)),
    "mast": (mast, (116, 168, 204), (232, 236, 222)),
    "forstamaj": (march, (160, 200, 220), (240, 236, 220)),
}


def draw(scene: str, *, portrait: bool = False) -> bytes:
    """The scene as a JPEG, 1600 by 1067 pixels, or upright."""
    pencil, top, bottom = SCENES[scene]
    board = Board(*((1067, 1600) if portrait else (1600, 1067)), top, bottom)
    pencil(board)
    return board.jpeg()
