from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.chunking import chunk
from rag.documents import FILL, clean, list_files, parse, read_document, read_folder
from rag.errors import DocumentError
from rag.types import Document

PAGES = Path(__file__).parent / "pages"


def texts(document: Document) -> list[str]:
    return [sentence.text for passage in chunk(document) for sentence in passage.sentences]


def headings(document: Document) -> list[str]:
    return [block.text for block in document.blocks if block.kind == "heading"]


def save(folder: Path, name: str, data: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


# --- reading files --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    path = save(tmp_path, "a.txt", "서울의 인공지능\r\n\r\n서울은 AI 도시다.\r\n".encode(encoding))
    document = read_document(path, tmp_path)
    assert texts(document)[-1] == "서울은 AI 도시다."
    assert "\r" not in document.text
    assert document.source.language == "ko"


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.txt", b"", "empty"),
        ("b.txt", bytes(range(256)) * 4, "not text"),
        ("c.md", b"\xff\xfe\x00", "not text"),
        ("d.pdf", b"%PDF-1.4 broken", "damaged"),
    ],
)
def test_what_cannot_be_read_is_told_in_one_line(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason) as caught:
        read_document(save(tmp_path, name, data), tmp_path)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_large_or_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="split the file"):
        read_document(save(tmp_path, "a.txt", "가" * 100), tmp_path, limit=50)
    with pytest.raises(DocumentError, match="cannot be read"):
        read_document(tmp_path / "none.txt", tmp_path)


def test_folder(tmp_path: Path) -> None:
    for name in ("b.md", "a/x.txt", ".hidden.md", ".git/y.md", "c.png", unicodedata.normalize("NFD", "가.md")):
        save(tmp_path, name, "# 제목\n\n본문이다.\n")
    save(tmp_path, "z.txt", "")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    skipped: list[DocumentError] = []
    assert [document.id for document in read_folder(tmp_path, skipped.append)] == ["a/x.txt", "b.md", "가.md"]
    assert len(skipped) == 1
    assert list_files(tmp_path)[0].name == "x.txt"


def test_decomposed_korean_is_composed_in_place() -> None:
    document = parse(unicodedata.normalize("NFD", "서울은 café의 도시다. 부산은 항구다."), "a.txt")
    assert len(document.content) == len(document.text)
    assert texts(document) == ["서울은 café의 도시다.", "부산은 항구다."]


# --- provenance -----------------------------------------------------------------------------------------------


def test_front_matter() -> None:
    head = '---\nid: market\nlang: en\ntitle: "AI: size"\npublished: "2022"\ntopics: [a, b]\nurl: https://x.kr/\n---\n'
    document = parse(f"{head}# AI: size\n\nText here.\n", "en/m.md", ".md")
    source = document.source
    assert (source.key, source.language, source.title, source.published) == ("market", "en", "AI: size", "2022")
    assert (source.topics, source.url) == (("a", "b"), "https://x.kr/")
    assert texts(document) == ["Text here."]


def test_a_rule_on_top_is_no_front_matter() -> None:
    assert texts(parse("---\nThis is text, not a head.\n---\nMore text.\n", "a.md", ".md"))


def test_metadata_of_a_page() -> None:
    source = read_document(PAGES / "news.html", PAGES).source
    assert source.title == "서울 AI 펀드 5천억 원 조성"
    assert (source.publisher, source.published) == ("한빛경제", "2025-03-14")
    assert source.url == "https://news.example.kr/article/20250314001"
    assert read_document(PAGES / "wordpress.html", PAGES).source.published == "2024-11-02"


def test_dates_are_never_guessed_from_figures() -> None:
    assert parse("AI 시장\n\n2024년 3월 5일에 시장은 5조 원이 되었다.\n", "a.txt").source.published == ""
    assert (
        parse("AI 시장\n작성일 2024. 3. 5. 조회 12\n\n시장은 5조 원이다.\n", "a.txt").source.published == "2024-03-05"
    )
    assert parse("AI market\nPublished 3 June 2024\n\nIt grew.\n", "a.txt").source.published == "2024-06-03"


# --- boilerplate ----------------------------------------------------------------------------------------------


def test_news_page() -> None:
    document = read_document(PAGES / "news.html", PAGES)
    assert texts(document) == [
        "서울시가 인공지능(AI) 스타트업을 돕기 위해 5천억 원 규모의 펀드를 만든다.",
        '시는 14일 ‘AI 서울 2030’ 계획을 내놓고 "올해 1,200억 원을 먼저 투입한다. 내년에는 더 늘린다."라고 밝혔다.',
        "펀드는 시리즈A 기업에 30%, 시리즈B 기업에 45%를 배정한다.(민간 출자 포함)",
        "나머지는 후속 투자에 쓴다.",
        "신청 대상은 서울에 본사를 둔 창업 7년 이내 기업이다.",
        "자세한 내용은 시 누리집에서 볼 수 있다.",
        "연도별 조성 계획: 구분: 2025년, 조성액 시 출자: 400억 원, 조성액 민간: 800억 원",
        "연도별 조성 계획: 구분: 2026년, 조성액 시 출자: 600억 원, 조성액 민간: 1,100억 원",
        "1차 공모: 4월",
        "2차 공모: 9월",
    ]


def test_wordpress_post() -> None:
    found = texts(read_document(PAGES / "wordpress.html", PAGES))
    assert found[0].endswith("Acme Inc. and its partner Dr. T. J. Lee.")
    assert "AI firms by district, 2023: District: Seocho, Firms: 238" in found
    for word in ("cookie", "Leave a Reply", "Great read", "Share this", "Recent Posts", "Posted", "powered"):
        assert not any(word in text for text in found)


def test_company_page() -> None:
    found = texts(read_document(PAGES / "company.html", PAGES))
    assert "Company facts: Employees: 240 (as of June 2024)" in found
    assert "Headquarters: 31 Seongsui-ro, Seongdong-gu, Seoul" in found
    assert "2022: Listed on KOSDAQ; raised USD 41.5 million." in found
    assert "Exports made up 38% of revenue in 2023." in found
    assert "Tel. 02-123-4567 / hello@hanok.example" in found
    for word in ("privacy", "Accept", "Products", "Press", "moved to a new office", "reserved"):
        assert not any(word in text for text in found)


BOARD = """본문 바로가기

서울 로봇 대회가 열렸다

한국뉴스

서울 로봇 대회가 열렸다

바른일보 0 31 0 2

a81b3f_17.jpg

서울에서 로봇 대회가 열렸다. 30개 팀이 나왔다.

[관련기사] 로봇이 커피를 끓인다

바른일보 홍길동 기자 hong@example.kr

제보를 기다립니다.
▷ 전화 02-000-0000

0 Comments
Facebook Twitter KakaoTalk

번호 제목 글쓴이 날짜
105 눈이 많이 왔다 관리자 2025.02.04
104 버스 요금이 오른다 관리자 2025.02.03
» »» 서울 로봇 대회가 열렸다 관리자 2025.02.02
103 새 도서관이 문을 연다 관리자 2025.02.01
"""


def test_board_copied_as_text() -> None:
    document = parse(BOARD, "a.txt")
    assert texts(document)[-2:] == ["서울에서 로봇 대회가 열렸다.", "30개 팀이 나왔다."]
    assert len(texts(document)) <= 3
    assert (document.source.publisher, document.source.published) == ("바른일보", "2025-02-02")


def test_contact_details_of_the_text_itself_stay() -> None:
    document = parse("찾아오는 길\n\n서울시 종로구 종로 38, 6층에 있다.\n전화 02-111-2222\n", "a.txt")
    assert "전화 02-111-2222" in " ".join(texts(document))


def test_menus_and_endings_of_an_english_story() -> None:
    text = (
        "Home\nNews\nBusiness\n\nStart-up raises $30m\nBy Jane Doe\nUpdated 4 June 2024\n\n"
        "A start-up has raised $30m from Acme Ventures, it said on Monday.\n\nRead more: Why chips matter\n\n"
        "It has 85 employees.\n\nMore on this story\nTokyo opens AI lab\n2 days ago\n\n"
        "© 2024 The Daily. All rights reserved.\n"
    )
    document = parse(text, "a.txt")
    assert document.source.title == "Start-up raises $30m"
    assert document.source.publisher == "The Daily"
    assert texts(document) == [
        "A start-up has raised $30m from Acme Ventures, it said on Monday.",
        "It has 85 employees.",
    ]


# --- structure ------------------------------------------------------------------------------------------------

REPORT = """서울 AI 보고서

목차

1. 시장\t2
• 시장 현황
2. 인재\t5

1. 시장

시장 현황

시장은 15.1% 성장했다.¹⁾ 내년에는 1조 9,074억 원이 된다.

[그림 1] 시장 규모

서울랩 Seoul Lab

설립 2017년 지역 서초구
로봇 연구(2020)

서울랩은 연구자 90명이 일하는 곳이다. 2021년에 미국 기업과 협약을 체

1) 한빛경제('22.03.23), "시장 1조 원"

결하였으며 2022년에는 협약을 체결한 기업이 늘었다.

2. 인재

2) 서울연구원, 2020 보고서

인재는 서울에 모인다. 학교가 많다.
"""


def test_plain_report() -> None:
    document = parse(REPORT, "a.txt")
    found = chunk(document)
    assert document.source.title == "서울 AI 보고서"
    assert [passage.heading for passage in found] == [
        ("1. 시장", "시장 현황"),
        ("1. 시장", "시장 현황", "서울랩 Seoul Lab"),
        ("2. 인재",),
    ]
    assert [sentence.text for sentence in found[0].sentences] == [
        "시장은 15.1% 성장했다.",
        "내년에는 1조 9,074억 원이 된다.",
    ]
    second = [sentence.text for sentence in found[1].sentences]
    assert second[:2] == ["설립 2017년 지역 서초구", "로봇 연구(2020)"]
    assert second[-1] == "2021년에 미국 기업과 협약을 체결하였으며 2022년에는 협약을 체결한 기업이 늘었다."
    quote = found[1].sentences[-1]
    assert "한빛경제" in document.text[quote.start : quote.end]  # the exact quote holds the footnote that broke it


def test_hard_wrapped_text() -> None:
    text = (
        "Background\n\nThe city of Seoul will spend KRW 150 billion on artificial\nintelligence by 2025. About 30% of"
        " the budget goes to small\nand new firms. Officials said the plan needs the co-\noperation of universities,"
        " and cooperation takes its time.\n\nThe second paragraph is also wrapped, and it is here to show\nthat lines"
        " are joined.\n"
    )
    assert texts(parse(text, "a.txt"))[2:4] == [
        "Officials said the plan needs the cooperation of universities, and cooperation takes its time.",
        "The second paragraph is also wrapped, and it is here to show that lines are joined.",
    ]


def test_a_line_repeated_across_a_page_break_is_read_once() -> None:
    text = (
        "친환경 경영을 한다. 삼성은 저전력 반도체 개발, 국내 사업장 폐기물 매립 제로화,\n\n"
        "반도체 개발, 국내 사업장 폐기물 매립 제로화, 온실가스 감축을 이루어냈다.\n"
    )
    assert (
        texts(parse(text, "a.txt"))[-1]
        == "삼성은 저전력 반도체 개발, 국내 사업장 폐기물 매립 제로화, 온실가스 감축을 이루어냈다."
    )


def test_a_speaker_stays_with_the_words() -> None:
    text = (
        '소식\n\n오늘 발표가 있었습니다.\n\n[김하늘/서울대 교수]\n"좋은 일입니다. 기대합니다."\n\n끝으로 정리합니다.\n'
    )
    assert '[김하늘/서울대 교수] "좋은 일입니다. 기대합니다."' in texts(parse(text, "a.txt"))


def test_markdown() -> None:
    text = (
        "# Guide <!-- note -->\n\nA **bold** word, a [link](https://x.org/a_(b)), `code` and a note[^1].\n\n"
        "Section\n-------\n\n* one\n* two\n  goes on\n\n![alt](a.png)\n\n> quoted text\n\n[^1]: the note\n"
    )
    document = parse(text, "a.md", ".md")
    assert headings(document) == ["Guide", "Section"]
    assert texts(document) == ["A bold word, a link, code and a note.", "one", "two goes on", "quoted text"]
    block = document.blocks[1]
    assert document.text[block.start : block.end].startswith("A **bold** word")


def test_formats_are_told_by_content() -> None:
    assert headings(parse("# 가\n\n## 나\n\n글이다.\n", "a.txt")) == ["가", "나"]
    pasted = (
        "소식 제목 작성일 08-31 28 목록 <p>첫 <b>문장</b>이다.</p><p>둘째다.</p><h3>소제목</h3><p>셋째다.</p> 댓글 0"
    )
    document = parse(pasted, "a.txt")
    assert texts(document) == ["첫 문장이다.", "둘째다.", "셋째다."]
    assert (document.source.title, headings(document)) == ("소식 제목", ["소식 제목", "소제목"])


def test_press_release() -> None:
    text = (
        "보도자료\n보도시점 2024. 5. 3.(금) 11:00\n\n서울시, AI 인재 4만 명 키운다\n- 5년간 3,100억 원 투입 -\n\n"
        "□ 서울시는 5월 3일 계획을 발표했다.\n ○ 먼저 캠퍼스를 세운다.\n   - 면적은 1만 2천㎡이다.\n\n"
        "< 연도별 인원 >\n구분      2024년    2025년\n초급      1,000명   1,500명\n고급      200명     350명\n"
    )
    document = parse(text, "a.txt")
    assert document.source.published == "2024-05-03"
    assert texts(document)[-2:] == [
        "연도별 인원: 구분: 초급, 2024년: 1,000명, 2025년: 1,500명",
        "연도별 인원: 구분: 고급, 2024년: 200명, 2025년: 350명",
    ]
    assert "서울시는 5월 3일 계획을 발표했다." in texts(document)
    assert "면적은 1만 2천㎡이다." in texts(document)


# --- tables ---------------------------------------------------------------------------------------------------


def test_tab_table() -> None:
    text = (
        "[표1] 세계 순위\n\n순위\t국 가\t기 술 분 야\n1\t미국\t88.16\n2\t영국\t81.25\n\n"
        "[표 2] 과정\n\n분류\t이름\n기초\t입문\n\t심화\n고급\t<ul><li>설계</li></ul>\n"
    )
    rows = [block for block in parse(text, "a.txt").blocks if block.kind == "row"]
    assert [row.text for row in rows] == [
        "표1 세계 순위: 순위: 1, 국가: 미국, 기술분야: 88.16",
        "표1 세계 순위: 순위: 2, 국가: 영국, 기술분야: 81.25",
        "표 2 과정: 분류: 기초, 이름: 입문",
        "표 2 과정: 분류: 기초, 이름: 심화",
        "표 2 과정: 분류: 고급, 이름: 설계",
    ]
    assert text[rows[1].start : rows[1].end] == "2\t영국\t81.25"
    assert rows[0].caption == "표1 세계 순위"


def test_figures_in_columns() -> None:
    rows = [
        b.text
        for b in parse("Report\n\nDistrict Firms Share\nGangnam-gu 412 36.1%\nMapo 38 3.9%\n", "a.pdf", ".pdf").blocks
    ]
    assert rows[-1].endswith("District: Mapo, Firms: 38, Share: 3.9%")


def test_markdown_table_with_caption_and_escape() -> None:
    text = "# T\n\n**표 1. 인원**\n\n| 해 | 명 |\n|:--|--:|\n| 2021 | 3\\|4 |\n| 2022 | |\n"
    assert texts(parse(text, "a.md", ".md")) == ["표 1. 인원: 해: 2021, 명: 3|4", "표 1. 인원: 해: 2022"]


def test_a_table_that_lays_out_a_page_is_text() -> None:
    page = "<html><body><table><tr><td>x</td><td><h1>서울</h1><p>서울은 크다.</p></td></tr></table></body></html>"
    assert "서울은 크다." in texts(parse(page, "a.html", ".html"))


# --- PDF ------------------------------------------------------------------------------------------------------


def make_pdf(pages: list[list[tuple[int, int, str]]]) -> bytes:
    """A small PDF: for each page the place of each line of text."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for lines in pages:
        stream = "\n".join(f"BT /F1 10 Tf {x} {y} Td ({text}) Tj ET" for x, y, text in lines).encode()
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        kids.append(len(objects) + 1)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(b"%d 0 R" % kid for kid in kids), len(kids))
    body, offsets = b"%PDF-1.4\n", []
    for number, item in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return body + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (
        len(objects) + 1, table, len(objects) + 1, len(body),
    )  # fmt: skip


def test_pdf_in_two_columns(tmp_path: Path) -> None:
    left = [
        "The market of Seoul grew by 15.1% in the",
        "year 2022 and it is expected to double by",
        "2025. Most firms are in two districts.",
    ]
    right = [
        "Four graduate schools train about nine",
        "hundred engineers a year. The city pays",
        "a part of the costs of their internships.",
    ]
    pages = []
    for number in (1, 2, 3):
        page = [(40, 770, "Seoul AI Report 2022")]
        columns = (left, right) if number == 1 else ([f"The text of page {'once ' * number}is not on the others."],)
        page += [
            (40 + 280 * x, 700 - 14 * at, line) for x, column in enumerate(columns) for at, line in enumerate(column)
        ]
        pages.append([*page, (300, 20, f"{number}")])
    document = read_document(save(tmp_path, "a.pdf", make_pdf(pages)), tmp_path)
    found = texts(document)
    assert "The market of Seoul grew by 15.1% in the year 2022 and it is expected to double by 2025." in found
    assert "Four graduate schools train about nine hundred engineers a year." in found
    assert not any(text in ("1", "2", "3") or "Report" in text for text in found)


def test_pdf_without_text(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="OCR"):
        read_document(save(tmp_path, "a.pdf", make_pdf([[]])), tmp_path)


# --- nothing a file holds can break it ------------------------------------------------------------------------

PIECES = [
    "<p>", "</p>", "<div class='nav'>", "</div>", "<table>", "<tr>", "<td colspan=99999>", "<th rowspan='3'>",
    "</table>", "<!--", "-->", "<script>", "</script>", "<li>", "<dl><dt>", "<dd>", "<h2>", "<br><br>",
    "<title>", "&amp;", "&#0;", "|a|b|\n", "|---|---|\n", "```\n", "**", "[x](", "](y)", "# ", "---\n", "- ",
    "> ", "\t", "\n", "\n\n", "\f", FILL, "\ufeff", "Q ", "A ", "1. ", "목차\n", "¹⁾", "[1]", "1) ", "다.",
    '"', "“", "(", ")", "'", "…", "é", "\U0001f600", "서울시는 AI를 키운다. ",
]  # fmt: skip


@settings(max_examples=250)
@given(
    st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=40),
    st.sampled_from([".md", ".txt", ".html", ".pdf"]),
)
def test_offsets_hold_for_any_text(pieces: list[str], suffix: str) -> None:
    text = "".join(pieces)
    document = parse(text, f"a{suffix}", suffix)
    assert len(document.content) == len(document.text) == len(text)
    for passage in chunk(document):
        assert passage.sentences
        for sentence in passage.sentences:
            assert 0 <= sentence.start < sentence.end <= len(text)
            if sentence.kind != "row":
                assert clean(document.content[sentence.start : sentence.end]) == sentence.text


@settings(max_examples=60)
@given(st.binary(max_size=300), st.sampled_from([".md", ".txt", ".html", ".pdf"]))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes, suffix: str) -> None:
    path = tmp_path_factory.mktemp("any") / f"a{suffix}"
    path.write_bytes(data)
    try:
        document = read_document(path, path.parent)
    except DocumentError:
        return
    assert len(document.content) == len(document.text)
