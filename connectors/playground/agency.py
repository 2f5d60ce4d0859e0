"""The demo's agency: two invented brands, the people who work for them and what they sell. Pure data."""

from dataclasses import dataclass

from memory.domain.money import Money
from memory.domain.workspace import Role


@dataclass(frozen=True, slots=True)
class DemoProduct:
    """One product, named as Chinese sellers name theirs. `code` is how the playground shop calls it."""

    code: str
    name: str
    link: str
    price: Money
    selling_points: tuple[str, ...]
    commission_ceiling_bp: int
    sample: bool


@dataclass(frozen=True, slots=True)
class DemoBrand:
    """One brand; `categories` are where its creators are found."""

    code: str
    name: str
    shop_name: str
    market: str
    team_zone: str
    categories: tuple[str, ...]
    products: tuple[DemoProduct, ...]


@dataclass(frozen=True, slots=True)
class DemoMember:
    """One member; `brand` is a brand's code, None for all brands. The password is the seeding command's affair."""

    login: str
    name: str
    role: Role
    brand: str | None


@dataclass(frozen=True, slots=True)
class DemoAgency:
    """Everything the seeding command writes before creators come."""

    name: str
    brands: tuple[DemoBrand, ...]
    members: tuple[DemoMember, ...]


def _product(
    code: str, name: str, price: str, points: tuple[str, ...], ceiling_bp: int, *, sample: bool
) -> DemoProduct:
    return DemoProduct(code, name, f"https://shop.example/{code}", Money.of(price), points, ceiling_bp, sample)


PETS = DemoBrand(
    code="pawlery",
    name="Pawlery 爪爪屋",
    shop_name="Pawlery US",
    market="US",
    team_zone="Asia/Shanghai",
    categories=("pets",),
    products=(
        _product(
            "litter-box",
            "Self-cleaning Cat Litter Box | 自动猫砂盆",
            "59.99",
            (
                "cleans itself after every visit | 每次用完自动清理",
                "holds 9 L of waste | 9 升集便仓",
                "quiet enough for a bedroom | 放卧室也安静",
            ),
            2000,
            sample=True,
        ),
    ),
)
HOME = DemoBrand(
    code="lumidew",
    name="Lumidew 露米",
    shop_name="Lumidew Home & Beauty",
    market="GB",
    team_zone="Asia/Shanghai",
    categories=("beauty", "skincare", "home", "kitchen", "cleaning"),
    products=(
        _product(
            "air-fryer",
            "Dual-zone Air Fryer 8 L | 双仓空气炸锅 8 L",
            "99.00",
            ("two baskets of 4 L | 两个 4 L 炸篮", "8 presets | 8 个预设", "dishwasher-safe baskets | 炸篮可进洗碗机"),
            1500,
            sample=False,
        ),
        _product(
            "spin-scrubber",
            "Spin Scrubber | 电动清洁刷",
            "39.99",
            ("7 heads | 7 个刷头", "extends to 1.2 m | 可伸到 1.2 m"),
            2000,
            sample=True,
        ),
        _product(
            "lip-oil",
            "Tinted Lip Oil | 润色唇油",
            "12.99",
            ("6 shades | 6 个色号", "not sticky | 不黏"),
            3000,
            sample=True,
        ),
        _product(
            "sunset-lamp",
            "Sunset Lamp | 落日灯",
            "24.99",
            ("16 colours | 16 种颜色", "remote control | 带遥控"),
            2500,
            sample=True,
        ),
    ),
)
MEMBERS = (
    DemoMember("lead", "林悦 Lin Yue", Role.LEAD, None),
    DemoMember("approver", "周航 Zhou Hang", Role.APPROVER, PETS.code),
    DemoMember("operator", "陈可 Chen Ke", Role.OPERATOR, PETS.code),
    DemoMember("viewer", "吴桐 Wu Tong", Role.VIEWER, PETS.code),
    DemoMember("approver2", "许诺 Xu Nuo", Role.APPROVER, HOME.code),
    DemoMember("operator2", "方晴 Fang Qing", Role.OPERATOR, HOME.code),
)


def demo_agency() -> DemoAgency:
    """The agency of every demo workspace."""
    return DemoAgency("星桥出海 Starbridge Agency", (PETS, HOME), MEMBERS)
