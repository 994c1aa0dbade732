"""From what a visitor types to the question in it: language wishes, preambles and orders to the machine are set apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rag.types import Language

_WISH = re.compile(
    r"(?:^\W*|[,.;!?(–—-]\s*|\b(?:answer|reply|respond|repeat|say|write|explain|again|please|now)\s+(?:(?:it|that|this|me|only)\s+)*)"
    r"(?:please\s+|now\s+|and\s+|again\s+|only\s+|just\s+|the same\s+)*(?:in|into)\s+(?P<en>english|korean)\b(?:,?\s*(?:please|pls|again|now))*\s*[.)!?]*\s*$|"
    r"^\W*(?:please\s+)?(?:answer|reply|respond)\s+(?:only\s+)?in\s+(?P<first>english|korean)\s*[:,.–—-]\s*|"
    r"^\W*(?P<alone>영어|영문|한국어|한국말|한글|(?:in )?(?:english|korean)(?=\W*$|,? please))(?:로|으로)?(?:요|는요?)?(?:,? (?:please|pls))?\W*$|"
    r"^\W*(?:in|into)\s+(?P<before>english|korean)(?:,?\s*(?:please|pls|now|again)\b)*\s*(?:(?<=please)|(?<=pls)|[:–—-])[\s:,.–—-]*(?=\S)|"
    r"^\W*(?:(?:영어|한국어|한국말|한글)\s?말고\s*,?\s*)?(?P<ahead>영어|영문|한국어|한국말|한글)로요?\s*[:–—-]\s*(?=\S)|"
    r"(?P<ko>영어|영문|한국어|한국말|한글)로\s*(?:만\s*)?(?:다시\s*)?(?:좀\s*)?(?:답|대답|답변|말|알려|설명|써|부탁|번역)[^.?!\n]*[.?!]*",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"^\W*(assistant|system)\s*:|\bprint (nothing|only)\b|\b(ignore|disregard|forget|override|bypass)\b.*\b(instruction|rule|prompt|previous|above|prior|everything|document)|"
    r"(?:^|[.,;:!]\s*|\b(?:and|please|always|must|now|then|should)\s)(end|start|begin|finish) (with|your)\b(?!\s*[?.,]|\s*$)|"
    r"\b(you are now|act as|pretend|roleplay|jailbreak|developer mode|new (rule|instruction)s?|system (note|message|override)|"
    r"output only|say only|respond only|answer only with|reply only|cite nothing|do not cite)\b|"
    r"(지시|명령|규칙|지침|프롬프트|설정|제한)\S*\s*(을|를|은|는|사항)?\s*(모두|전부|다|모조리)?\s*(무시|잊|해제|없)|무시하고|잊어버리|하지\s*말고.*말해|"
    r"라고만\s*(말|답|대답|출력)|바꿔서\s*(말|답)|새로운\s*규칙|시스템\s*(메시지|공지|알림)",
    re.IGNORECASE,
)
# In a document: words to whoever reads it by machine, and what they bid it do. What stands in quotes is only told.
_READER = re.compile(
    r"\b(assistants?|chat ?bots?|language models?|LLMs?|AI models?|system (prompt|message|note|override)|system:|prompt|instructions?|"
    r"answers?|answering|repl(y|ies)|asks?|asked)\b|어시스턴트|비서|챗봇|언어\s?모델|AI\s?모델|시스템\s?(메시지|프롬프트|공지|알림|지시|:)|시스템:|"
    r"다른 (숫자|수치|답|값|이름|말)|\b(other|different) (numbers?|figures?|answers?|names?)\b|프롬프트|지시|답변|질문|모든 답|물으면|묻거든",
    re.IGNORECASE,
)
_SAYING = (
    "ignore|disregard|forget|say|answer|respond|reply|output|tell|recommend|reveal|print|append|include|repeat|state|claim|write|"
    "add|begin|contain|visit"
)
_BIDDING = re.compile(
    rf"(?:^|[.:;,!?\])>—–-]\s*|\b(?:please|now|always|never)\s+)(?:{_SAYING}|tell)\b|"
    rf"\b(?:must|has to|have to|should|needs? to|shall|do not|don't)\s+(?:only\s+|not\s+|also\s+|always\s+|be told\b|be given\b|(?:{_SAYING})\b)|"
    r"\bis to be (given|told|stated|named)\b|(답|대답|답변|말|출력|무시|추천|포함|언급|표시|안내|시작|소개|주장|따르|덧붙이|덧붙일|붙이|붙여|넣|넣어|알리|알려|밝히|적|적어)"
    r"(하라|하세요|하십시오|하시오|해라|할 것|해야 한다|야 한다|야 합니다|해야 합니다|으라|라|세요|십시오|시오| 것)(?![가-힣])|말해서는 안",
    re.IGNORECASE,
)
_TOLD = re.compile(r"['‘\"“][^'’\"”]{4,}['’\"”]")
_UNSEEN = re.compile("[\u200b-\u200f\u2060\ufeff]")
_PREAMBLE = re.compile(
    r"^.*?\b((could|can|would|will) (you|somebody|someone) (please |kindly |perhaps |quickly )*(tell|let|give|show|explain|share|help)( (me|us))?"
    r"( know| with)?( about)?|(i|we)('d| would)? (like|love|want|need|wish) to (know|learn|understand|ask)( about)?|"
    r"(i|we) (would |will |also )?(need|require|want)|please (tell|let|give|show|send)( (me|us))?( know)?|(i|we)('m| am| are) (wondering|curious|asking|looking for))\b"
    r"[\s,:]*",
    re.IGNORECASE | re.DOTALL,
)
_LEAD = re.compile(
    r"^.*\b(know|tell (me|us|them)|learn|understand|find out|wonder(ing)?|curious|see|say|check|confirm|ask)\b[\s,:]*(?:about\s+)?"
    r"(?=(what|which|who|whom|whose|how|when|where|why)\b)",
    re.IGNORECASE | re.DOTALL,
)
_NEW_TOPIC = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|and|now|so)\W+)*(?:(?:a |on a )?(?:different|new|another|other) (?:topic|subject|question|note)|changing (?:the )?(?:topic|subject))\s*[:.,–—-]\s*"
    r"|^\W*(?:그럼\s|자\s)?(?:다른\s?(?:질문|얘기|이야기|주제)|주제를?\s?바꿔서?)(?:인데요?|이에요|요|로)?\s*[:.,–—-]\s*",
    re.IGNORECASE,
)
_SECRET = re.compile(
    r"(system|hidden|initial|secret|your) (prompt|instructions?|message|rules)|password|api[ -]?key|credential|"
    r"(시스템|숨은|숨겨진|초기)\s*(프롬프트|지시|지침|메시지)|비밀\s*번호|프롬프트를|관리자\s*(암호|계정)",
    re.IGNORECASE,
)
_ASKING_ONLY = re.compile(
    r"\b(can|could|would|will|you|please|and|ok(ay)?|now)\b|그럼|그거|그걸|이걸|좀", re.IGNORECASE
)
_TAG = re.compile(r"<[^<>]{1,200}>")
_MANNER = re.compile(
    r"\b(please )?(summari[sz]e|briefly|shortly|in (one|two|three|a few|\d+) (short )?(sentences?|words?|lines?)|in short|in simple (words|terms)|"
    r"like I'?m \w+|step by step)\b[,:]?|(한|두|세|\d)\s?(문장|줄|마디)(으)?로|(간단(히|하게)|짧게|쉽게|자세(히|하게))(\s말(해서|하면|하자면))?|"
    r"\S+도\s(알아듣게|이해하게|이해할 수 있게)|알기 쉽게|요약해(서)?",
    re.IGNORECASE,
)
_THEN = re.compile(
    r",?\s{0,3}(?:\band then\b|,\s*then\b|그다음에?|그 다음에?|그런 다음에?|그리고 나서)\s*,?\s*", re.IGNORECASE
)
_PIECE = re.compile(r"[^.?!\n]+(?:\.(?=\S)[^.?!\n]+)*[.?!\n]*")
_LONG = 25  # words from which a message is taken to hold more than its question
_ASKS = re.compile(
    r"\?|[?？]|\b(who|what|when|where|which|how|whose|why)\b|얼마|언제|누구|누가|어디|무엇|뭐|몇|어느|어떤|까요|나요|는지|인가|인지|알려|설명",
    re.IGNORECASE,
)
_MEANS_BEFORE = re.compile(r"\b(its|they|their|them|he|she|his|her)\b|(?<![가-힣])그\s", re.IGNORECASE)
_REFERS = re.compile(r"\b(it|its|they|their|them|he|she|his|her|that|this|there)\b|그\s|이\s|거기", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Request:
    """What a message asks, and the language it wishes the answer in, if it says so."""

    question: str
    wish: Language | None
    secret: bool = False  # it asks for the machine's own secrets, which no document holds
    core: str = ""  # the part of the question that asks, when there is more around it


def read_message(message: str) -> Request:
    """Take the question out of a message; a message without one is returned as it is."""
    text = _NEW_TOPIC.sub("", _TAG.sub(" ", message))
    wish: Language | None = None
    for match in _WISH.finditer(text):
        word = next(filter(None, match.groups())).lower()
        wish = "en" if word in ("english", "영어", "영문") else "ko"
    rest = _WISH.sub(" ", text).strip() if wish else text
    if not re.search(r"\w{2}", _ASKING_ONLY.sub(" ", rest)):
        return Request(message, wish)
    parts = [part for part in _THEN.split(rest) if part.strip()]
    rest = " ".join([part for part in parts if not _SECRET.search(part)] or parts)
    question = _without_preamble(_question_of(rest)) or message
    plain = " ".join(_MANNER.sub(" ", question).split())
    question = plain if len(plain) > 3 else question
    return Request(question, wish, bool(_SECRET.search(question)), _core_of(question))


@lru_cache(maxsize=16384)
def bids_machine(sentence: str) -> bool:
    """Whether a sentence of a document tells a machine that reads it what to say: no answer to anything."""
    words = _TOLD.sub(" ", _UNSEEN.sub("", sentence))
    return bool(_READER.search(words) and _BIDDING.search(words))


def _question_of(text: str) -> str:
    """What is left without orders to the machine; of a long message only the pieces that ask."""
    pieces = [_without_order(piece.strip()) for piece in _PIECE.findall(text)]
    pieces = [piece for piece in pieces if piece] or [text]
    asking = [piece for piece in pieces if "?" in piece or "？" in piece] or [p for p in pieces if _ASKS.search(p)]
    long = len(text.split()) > _LONG
    return " ".join(asking if asking and long and not _REFERS.search(asking[0]) else pieces)


def _core_of(question: str) -> str:
    """The pieces that ask, without what leads up to them; empty when that is the whole question."""
    pieces = [piece.strip() for piece in _PIECE.findall(question)]
    asking = [p for p in pieces if "?" in p or "？" in p] or [p for p in pieces if _ASKS.search(p)] or pieces
    text = " ".join(asking)
    lead = _LEAD.match(text)
    core = text[lead.end() :] if lead and len(text[lead.end() :].split()) >= 3 else text
    return core if core != question.strip() and not _MEANS_BEFORE.search(core) else ""


def _without_order(piece: str) -> str:
    """A piece as it is, without the order it begins with, or empty when it is only an order."""
    if not _ORDER.search(piece):
        return piece
    after = piece.rpartition(": ")[2]
    return after if after != piece and _ASKS.search(after) and not _ORDER.search(after) else ""


def _without_preamble(text: str) -> str:
    match = _PREAMBLE.match(text)
    asks_before = match and _ASKS.search(text[: match.start(1)])  # where do they sit, if I want to drop by?
    rest = text[match.end() :] if match and not asks_before else ""
    return rest if len(rest.split()) >= 3 else text
