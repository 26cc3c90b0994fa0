"""What a township's cases say: titles, opinions and form texts, of common and of rare words.

Sentences are drawn from a stock that is made once; those at its beginning are drawn far more often
than those at its end, as in speech, so that a search meets words of every frequency.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain

from engine.model.grams import MOST_PAIRS, pairs

STOCK = 30_000
"""Sentences there are."""

SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余"
GIVEN = (
    "建国 秀英 志强 丽华 国庆 春梅 海涛 桂兰 文斌 晓燕 永福 玉珍 立新 雪梅 家栋 美玲 德明 "
    "翠萍 长江 红霞 子轩 雨桐 浩然 思远 佳怡 俊杰 明月 振华 少波 艳芳"
).split()

_VILLAGES = (
    "清岭 新桥 石门 下湾 河口 枫林 高坪 白沙 双溪 柳树 大屋 小塘 茶山 马鞍 龙潭 竹园 杨梅 "
    "土地堂 花桥 井头 牛角 太平 金竹 樟树 官田 老鸦 东冲 西坝 南岸 北塔 岩口 梅子 青草 铁炉"
).split()
_THINGS = (
    "水渠 公路 学校 卫生室 敬老院 路灯 桥梁 饮水工程 电网 水库 山塘 机耕道 文化广场 农贸市场 "
    "垃圾中转站 公厕 护栏 河堤 抽水泵站 养殖场 茶园 油茶林 烤烟房 宅基地 危房 林地 承包地 鱼塘 "
    "采石场 砖厂 加油站 幼儿园 图书室 便民服务站 停车场 污水管网 太阳能板 光纤线路 公墓 祠堂"
).split()
_ACTS = (
    "维修 扩建 采购 验收 征收 补贴 整治 迁建 改造 招标 拆除 确权 流转 租赁 新建 加固 绿化 管护 "
    "评估 救助 慰问 调解 处罚 备案 注销 登记 审批 公示 移交 清理"
).split()
_KINDS = "请示 报告 方案 办法 通知 规定 投诉 举报 申请 意见 决定 细则".split()
_REASONS = (
    "资金缺口较大 年久失修存在隐患 群众反映强烈 汛期将至 上级督办 合同已到期 权属存在争议 "
    "雨水倒灌 施工噪声扰民 补偿标准不一 占用基本农田 未批先建 材料前后不一致 测算依据不足 "
    "信息公开不及时 拖欠工程款 邻里纠纷 环保检查发现问题 消防通道堵塞 安全防护缺失"
).split()
_SAYINGS = (
    "经研究原则同意所报{act}方案",
    "请按程序办理",
    "材料齐全符合法定形式建议予以受理",
    "{village}村{thing}{act}经费预算{money}万元",
    "经费预算偏高请补充测算依据后再报",
    "请财政财务管理办会同有关单位核实后提出意见",
    "公示期内未收到异议可以进入下一环节",
    "{village}村村民{person}反映{thing}{reason}",
    "因{reason}需对{thing}进行{act}",
    "已于{month}月{day}日到{village}村现场核实",
    "同意{act}",
    "拟同意请领导审定",
    "请{person}同志牵头落实并于{month}月底前反馈",
    "涉及{village}村{money}户需做好解释工作",
    "{thing}{act}应当公开征求意见",
    "该事项属于重大行政决策应当集体讨论",
    "未发现违反上位法的情形",
    "第{day}条表述建议修改为应当自收到之日起{day}日内答复",
    "联系人{person}电话1{phone}",
    "{village}村委会已召开村民代表会议表决通过",
    "资金来源为乡村振兴衔接补助{money}万元",
    "建议补正{thing}权属证明和{act}合同",
    "转{village}片区负责人{person}阅处",
    "情况属实",
    "请于{month}月{day}日前补充{reason}的说明",
)


def people(count: int) -> list[str]:
    """So many names, all different."""
    names = [surname + given for given in GIVEN for surname in SURNAMES]
    random.Random(1).shuffle(names)
    return names[:count]


def title(draw: random.Random) -> str:
    """What a case is called."""
    where = f"{_skewed(draw, _VILLAGES)}村{_skewed(draw, _THINGS)}"
    return f"关于{where}{_skewed(draw, _ACTS)}的{_skewed(draw, _KINDS)}"


class Stock:
    """The sentences of a township, and texts of several."""

    def __init__(self, draw: random.Random) -> None:
        names = people(400)
        made = {_sentence(draw, names): None for _ in range(STOCK)}
        self._sentences = list(made)

    def said(self, draw: random.Random, least: int, most: int) -> str:
        """A few sentences, as somebody writes them."""
        count = least + int(draw.random() * (most - least + 1))
        return "，".join(_skewed(draw, self._sentences) for _ in range(count)) + "。"


def grams(texts: Iterable[str]) -> str:
    """The pairs of a text given in its lines: the same as of the whole, each line read once."""
    found = dict.fromkeys(chain.from_iterable(map(_pairs_of, texts)))
    return " ".join(list(found)[:MOST_PAIRS])


@lru_cache(maxsize=32)
def _pairs_of(line: str) -> tuple[str, ...]:
    return tuple(chain.from_iterable(map(_of_sentence, line.split("，"))))


@lru_cache(maxsize=100_000)
def _of_sentence(text: str) -> tuple[str, ...]:
    return tuple(pairs(text))


def _sentence(draw: random.Random, names: Sequence[str]) -> str:
    return draw.choice(_SAYINGS).format(
        village=_skewed(draw, _VILLAGES),
        thing=_skewed(draw, _THINGS),
        act=_skewed(draw, _ACTS),
        reason=_skewed(draw, _REASONS),
        person=_skewed(draw, names),
        money=draw.randrange(1, 400),
        month=draw.randrange(1, 13),
        day=draw.randrange(1, 29),
        phone=draw.randrange(3_000_000_000, 9_999_999_999),
    )


def _skewed(draw: random.Random, of: Sequence[str]) -> str:
    """One of them, the first ones more often: half of all draws are of the first quarter."""
    return of[int(draw.random() ** 2 * len(of))]
