"""The words and phrases of menus, counters, share buttons, credits and notices, Korean and English."""

from __future__ import annotations

import re

_CONTROL_WORDS = """
메뉴 전체메뉴 주메뉴 본문 바로가기 건너뛰기 목록 목록으로 이전 다음 이전글 다음글 윗글 아랫글 홈 홈으로 검색
로그인 로그아웃 회원가입 마이페이지 사이트맵 공유 공유하기 인쇄 인쇄하기 프린트 스크랩 맨위로 위로 상단으로
닫기 열기 펼치기 접기 더보기 구독 구독하기 댓글 댓글쓰기 답글 수정 삭제 신고 신고하기 추천 비추천 좋아요 싫어요
공감 광고 배너 개인정보처리방침 개인정보취급방침 이용약관 저작권정책 이메일무단수집거부 청소년보호정책 고객센터
제휴문의 광고문의 기사제보 글자크기 글씨크기 크게 작게 글자 크기 조절 가 url복사 복사 링크 링크복사 주소복사
카카오톡 카카오스토리 페이스북 트위터 네이버밴드 밴드 블로그 네이버블로그 라인 텔레그램 인스타그램 유튜브
언어선택 한국어 영어 바로보기 기사공유 기사저장 전송 메일 보내기 이메일보내기 조회 조회수 작성일 등록일 쓰기
글쓰기 엑스 스레드 링크드인 핀터레스트 이웃추가 이웃 기타 기능 둘러보기 둘러보기로 검색하러 가기
home menu search login logout log sign in up register sitemap share print top back close open next prev previous
read more subscribe comments comment reply like likes tweet pin email copy link url facebook twitter x instagram
youtube linkedin pinterest googleplus google plus kakaostory kakaotalk naverband naver band whatsapp telegram
reddit tumblr threads rss privacy policy terms of use service cookie cookies settings accept all reject decline
manage preferences ok got it advertisement ad ads sponsored space available skip to content main navigation
toggle continue reading loading show hide view follow us contact english korean language ko en kr save post posts
older newer page and or & the by this on
"""
_PLAIN_WORDS = """
the and or of to by on in up all x it us use top back main open service space page this english korean language
본문 검색 홈 가 글자 크기 한국어 영어 라인 밴드 블로그 추천 다음 이전 유튜브 카카오톡 수정 복사 신고 구독
home search contact menu naver google plus band facebook twitter instagram youtube linkedin reddit telegram email
"""
_LIST_COLUMNS = """
번호 no no. 순번 제목 title subject 글쓴이 작성자 이름 author writer 날짜 작성일 등록일 date 조회 조회수 views 추천
첨부 파일
"""
CONTROL_WORDS = frozenset(_CONTROL_WORDS.split())
PLAIN_WORDS = frozenset(_PLAIN_WORDS.split())  # also the whole of a heading, so that one alone shows nothing
LIST_COLUMNS = frozenset(_LIST_COLUMNS.split())


def _whole_line(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(patterns)})\s*$", re.I)


_NAVIGATION = (
    r"(?:(?:주\s?)?메뉴|본문|콘텐츠|컨텐츠|내용|광고|탐색|내비게이션|네비게이션|하단|상단)?\s?(?:으?로\s)?(?:바로\s?가기|건너\s?뛰기)",
    r"skip\s+to\s.{0,40}",
    r"(?:page|p\.|페이지)\s*\d+(?:\s*(?:of|/)\s*\d+)?",
    r"[-–—]\s*\d{1,4}\s*[-–—]",
    r"\d{1,4}\s*/\s*\d{1,4}",
    r"(?:\S{2,8}(?:으?로|하러)\s가기\s*){1,4}",
    r"(?:#[^\s#]+\s*){2,}",
    r"powered\s+by\s.{0,60}",
    r"proudly\s+powered\s+by\s.{0,60}",
)
_COMMENTS = (
    r"\d+\s+comments?",
    r"(?:댓글|덧글|의견|comments?)\s*[(\[]?\d+[)\]]?개?(?:\s.{0,120})?",
    r"(?:등록된|작성된)\s?(?:댓글|글)이?\s?없.{0,20}",
    r".{0,30}로그인\s?(?:한\s?회원|후|이\s?필요|하셔야|하시면)(?=.{0,40}(?:댓글|글쓰기|등록|작성|쓰기|이용)).{0,60}",
    r"회원만\s.{0,60}",
    r"댓글(?:을|은)?\s?(?:쓰기|등록|입력|남기|달|작성|목록).{0,60}",
    r"leave\s+(?:a|your)\s+(?:reply|comment).{0,60}",
    r"(?:you\s+must\s+be\s+)?log(?:ged)?\s?in\s+to\s+(?:post|reply|comment|leave).{0,60}",
    r"be\s+the\s+first\s+to\s+comment.{0,60}",
    r"your\s+email\s+address\s+will\s+not\s+be.{0,120}",
    r"save\s+my\s+name,?\s+email.{0,120}",
    r"required\s+fields\s+are\s+marked.{0,40}",
    r"(?:좋아요|추천|공감|조회(?:수)?|스크랩|views?|likes?|shares?)\s*[:：(]?\s*[\d,.]+\s*[km만천]?\)?",
    r"[\d,.]+[km]?\s+(?:views?|likes?|shares?|min(?:ute)?s?\s+read)",
)
_RELATED = (
    r"[\[<【(〈]?\s*(?:관련\s?(?:기사|뉴스|자료|글|보도|콘텐츠|링크)|추천\s?(?:기사|뉴스|글)|많이\s?본\s?(?:뉴스|기사|글)?"
    r"|인기\s?(?:기사|글|뉴스)|최신\s?(?:기사|글|뉴스)|주요\s?뉴스|함께\s?(?:보면|읽으면|볼만한)|다른\s?기사"
    r"|오늘의\s?(?:뉴스|주요)|헤드라인)(?:[\]>】)〉:：]|\s|$)(?!.{0,280}[다요]\.\s*$).{0,300}",
    r"관련\s?(?:자료|글|기사)\s+(?:이전|다음)\s.{0,380}",
    r"이\s?(?:기사|글|콘텐츠)(?:는|를|와)\s.{0,80}(?:구독|공유|카톡|전송|저작권|함께).{0,80}",
    r"(?:related|recommended|popular|trending|latest|more)\s+(?:articles?|posts?|stories|news|topics?)\b[^.]{0,120}",
    r"more\s+(?:from|reading)\b[^.]{0,100}",
    r"(?:(?:read|see)\s+(?:also|next|more)|watch|related)\s?:.{0,160}",
    r"you\s+(?:may|might)\s+also\s+(?:like|enjoy).{0,80}",
    r"most\s+(?:read|viewed|popular)(?:\s\S{1,20}){0,3}",
    r"share\s+(?:this|on|via)\b.{0,60}",
    r"(?:이\s?)?(?:글|기사|페이지)(?:을|를)?\s?공유.{0,30}",
)
_LEGAL = (
    r"(?:[<(\[]\s?)?(?:copyright|ⓒ|©|\(c\)\s?(?=\d{4})|저작권자)\s?(?:[^a-z\s]|\s[^o]).{0,200}",
    r"copyright",
    r".{0,120}(?:all\s+rights?\s+reserved|무단\s?(?:전재|복제|배포|도용)|재배포\s?금지).{0,120}",
    r".{0,60}(?:we|this\s+(?:web)?site|our\s+(?:web)?site)\s+uses?\s+cookies.{0,300}",
    r".{0,60}쿠키(?:를|을)?\s?사용.{0,160}(?:동의|설정|개선).{0,60}",
    r"by\s+(?:continuing|clicking).{0,160}(?:cookies?|agree|terms).{0,160}",
    r".{0,60}(?:subscribe\s+to|sign\s+up\s+for)\s.{0,40}newsletter.{0,80}",
    r".{0,40}뉴스레터\s?(?:를|을)?\s?(?:구독|신청).{0,60}",
    r"(?:sponsored|advertisement|광고)(?:\s.{0,40})?(?<![.다])",
)
_CREDITS = (
    r"[◀<【▶\[(]\s?(?:앵커|리포트|기자|인터뷰|앵커\s?멘트|VCR|자막|뉴스데스크)\s?[▶>】◀\])]",
    r".{0,120}(?:제보를?\s?(?:기다립니다|받습니다|받고\s?있)|제보\s?(?:하기|해\s?주세요)|제보해\s?주시).{0,80}",
    r"(?:영상|사진|촬영|취재|편집|그래픽|디자인|자막|CG|영상\s?취재|영상\s?편집|글·사진|자료\s?제공|사진\s?제공)\s?[:=/].{0,100}",
    r"\S{1,20}\s?뉴스\s\S{2,4}입니다\.?",
    r"\S{2,4}\s기자(?:가|의)\s(?:취재|보도|단독\s?취재).{0,10}(?:했습니다|합니다|입니다)\.?",
    r"지금까지\s.{0,40}(?:였|이었)습니다\.?",
    r"\W{0,2}.{0,30}(?:기자|특파원|논설위원|에디터)\s*[(<\[]?\s?\S{1,40}@\S{1,60}[)>\]]?",
    r"\W{0,2}\S{2,4}\s(?:인턴)?(?:기자|특파원)",
    r"(?:updated|published|posted|last\s+(?:updated|modified)|filed|tagged)\s*(?:(?:on|in|under|by|:)\s|(?=.{0,12}\d)).{0,80}(?<!\.)",
    r"(?:보도\s?시점|보도\s?일시?|배포(?:\s?일시)?)\s*[:：]?\s*(?:즉시|(?:19|20)?\d\d\s?[.\-/년]).{0,60}(?<!다\.)",
    r"(?:photo|image|picture)(?:\s(?:by|credits?|source))?\s?[:/][^.]{0,60}",
    r"(?:getty images|reuters|ap photo|afp|연합뉴스|뉴시스|뉴스1)(?:\s.{0,30})?(?<!다\.)",
    r"↑.{0,400}",
    r"(?:이\s?(?:문서|페이지|글)는|this\s+page\s+was)\s.{0,60}(?:편집|수정|갱신|edited|modified|updated).{0,40}",
    r"written\s+by\s.{2,60}(?<!\.)",
    r"(?:tags?|categor(?:y|ies)|keywords?|카테고리|태그|키워드|분류)\s*[:：].{0,120}",
    r"(?:[가-힣]{2,4}\s?기자\s*)?(?:작성일|등록일|입력일?|수정일?|승인|게재|기사\s?입력|최종\s?수정|작성자|글쓴이|조회수?|등록|송고|출고)"
    r"\s*[:：]?\s*(?:\S{1,20}\s)?(?:\d{2,4}\s?[.\-/년]|\d{1,2}[-/]\d{1,2}|\d{1,2}:\d{2}).{0,80}(?<!다\.)",
    r"(?:작성자|글쓴이)\s*[:：]\s*\S{1,20}",
    r"\s?[\w\-().%~]{1,120}\.(?:jpe?g|png|gif|webp|bmp|svg|pdf|hwpx?|docx?|xlsx?|pptx?|zip)(?:\s?[(\[].{0,30}[)\]])?",
)
FURNITURE = _whole_line(*_NAVIGATION, *_COMMENTS, *_RELATED, *_LEGAL, *_CREDITS)  # of the site, whatever the text

PAGE_HEAD = _whole_line(  # at the top of a text: what kind of page it is, who wrote it and when
    r"(?:보도\s?(?:참고\s?)?자료|공지\s?사항|새\s?소식|press\s+release|for\s+immediate\s+release)",
    r".{0,30}(?:19|20)\d\d\s?[.\-/]\s?\d{1,2}\s?[.\-/]\s?\d{1,2}\.?\s+(?:(?:오전|오후)\s)?\d{1,2}:\d{2}(?::\d{2})?",
    r"by\s+[A-Z][\w.-]*(?:\s[A-Z][\w.-]*){1,3}",
    r"\D{0,30}(?:\s\d{1,7}){2,}",
    r"\d{1,7}(?:\s\d{1,7}){2,}",
)
SECTION = _whole_line(  # headings of parts of a page that are not its text
    r"(?:related|recommended|popular|recent|latest|more|trending)\s+(?:posts?|articles?|stories|news|topics?|comments?|reading)(?:\s.{0,20})?",
    r"(?:you\s+(?:may|might)\s+also\s+(?:like|enjoy)|most\s+(?:read|viewed|popular)|keep\s+reading|read\s+(?:next|more)).{0,30}",
    r"leave\s+a\s+(?:reply|comment).{0,40}",
    r"comments?(?:\s?\(?\d+\)?)?",
    r"\d+\s+(?:comments?|responses?|thoughts?\s+on)\b.{0,120}",
    r"(?:share\s+(?:this|on)|follow\s+us|newsletter|categories|archives|tags)\b.{0,20}",
    r"(?:see\s+also|external\s+links|more\s+(?:on|from)\b.{0,40})",
    r"(?:같이\s?보기|외부\s?링크|관련\s?(?:기사|글|뉴스|자료|콘텐츠))",
    r"댓글.{0,12}",
    r"(?:많이\s?본|인기|최신|추천)\s?(?:뉴스|기사|글).{0,6}",
    r"(?:공유하기|뉴스레터.{0,10}|실시간\s?.{0,10}(?:순위|뉴스))",
)

PART_NAMES = re.compile(  # classes and ids of the parts of a page that are not its text
    r"(?:^|[\s_-])(?:nav|navi|navbar|navigation|gnb|lnb|snb|menu|breadcrumbs?|sidebar|footer|comments?|commentlist|cmt|reply"
    r"|replies|disqus|share|sharing|sharedaddy|sns|social|related|recommend(?:ed|ations)?|ads?|advert\w*|adsbygoogle"
    r"|cookies?|consent|gdpr|popup|modal|newsletter|subscribe|pagination|paging|pager|login|skip|blind|screen-reader-text"
    r"|sr-only|visually-hidden|trackback|copyright|sponsor\w*|promo|popular|ranking|toolbar|search|searchform|rss|toc|util)"
    r"(?:$|[\s_-])",
    re.I,
)
TIP_OFF = re.compile(r"제보|tip\s+us", re.I)
CONTACT = re.compile(
    r"[▷▶■☎✉·\-*\s]*(?:전화|이메일|카카오톡|카톡|e-?mail|tel|fax|팩스|홈페이지|유튜브|라인|문자|앱|youtube|instagram)\b",
    re.I,
)
BYLINE = re.compile(
    r"(?:\[(?P<publisher>[^\s\[\]=]{2,15})[\s=]+[^\[\]]{2,20}?\s?(?:기자|특파원|에디터)\]"
    r"|[(\[][가-힣]{2,6}=[^\s()\[\]]{2,10}[)\]](?:\s?[가-힣·\s]{2,20}(?:기자|특파원))?"
    r"|[가-힣]{2,4}\s기자(?=\s*=))\s*=?\s*(?=\S)"
)
CREDIT = re.compile(r"(?P<publisher>[가-힣A-Za-z0-9]{2,15})\s[가-힣]{2,4}\s?(?:기자|특파원)\s*[(<\[]?\s?\S{1,40}@")
COPYRIGHT = re.compile(
    r"\W{0,2}(?:copyright\s*)?(?:ⓒ|©|\(c\)|copyright)\s*(?:\d{4}(?:\s?[-–]\s?\d{4})?\s*)?(?:by\s)?"
    r"(?P<publisher>[^\d.,|()\n]{2,40}?)(?:\(\S{1,60}\))?\s*(?:[.,|]|all\s+rights|무단|$)",
    re.I,
)
POST_META = re.compile(
    r"\s+(?:작성일|등록일|조회수?|작성자|글쓴이|posted\s+on|by\s+admin)\b\s*[:：]?\s*\S.{0,80}$", re.I
)
_SHORT_DATE = r"(?:\d{2,4}[.\-/년]\s?)?\d{1,2}[.\-/월]\s?\d{1,2}(?:[.일]|\s\d{1,2}:\d{2}(?::\d{2})?)?|\d{1,2}:\d{2}"
LISTED = re.compile(  # a row of a list of posts: number (or a mark), headline, date, counters
    rf"(?:\d{{1,8}}|[»▶→>*]+(?:\s[»▶→>*]+)*|공지)\s+(?P<title>.{{2,200}}?)\s+(?:\d{{1,6}}\s+)?(?P<date>{_SHORT_DATE})"
    r"\.?(?:\s+[\d,]+){0,3}$"
)
DATED = re.compile(rf".{{4,160}}\s(?P<date>{_SHORT_DATE})\.?(?:\s+[\d,]+){{0,3}}$")
