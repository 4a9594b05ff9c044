package charset

import (
	"strings"
	"unicode"
)

// language is what a text of one language looks like: the letters that are used
// often, and those that are used. Of languages in Latin script only letters beyond
// ASCII count.
type language struct{ often, used string }

// The languages that texts of single-byte encodings are compared with.
var (
	western = []language{
		{"äöüß", ""}, {"éèàçêôîïœ", "ëâûùæ"}, {"áéíóñ", "úüç"}, {"ãçáéíõ", "âàêóôúü"}, {"àèéìòù", ""},
		{"æøå", "éäöü"}, {"åäö", "éü"}, {"áéíóöþð", "úýæ"}, {"ëéïè", "öüóêâ"},
	}
	central = []language{
		{"łóęąśżń", "ćź"}, {"áíéčěřšžý", "úůňťďóäöü"}, {"áéíóöő", "úüű"}, {"ăâîşţ", "șț"}, {"čćšž", "đ"}, {"äöüß", ""},
	}
	turkish  = []language{{"çğıöşüİ", "âîû"}}
	baltic   = []language{{"šėąčžųęįū", ""}, {"āīšņēļ", "čģķūž"}, {"äõöü", "šž"}}
	cyrillic = []language{{"оеаинтсрвлкмдпуя", "ыьгзбчйхжшюцщэфъё"}, {"оаинвтерсікулд", "мпяьзбгйчхцжщшюєїфґ"}}
	greek    = []language{{"αοιετσνηρυπκμλςάίόέήώύ", "δγωθχφβξζψϊ"}}
	hebrew   = []language{{"יוהאלרמתבשנ", "עדקפחטגזסצכםןךףץ"}}
	arabic   = []language{{"المينرتبةعدسهكفقح", "ىأجشصطخضذثزغظءإئؤآپچگژو"}}
	thai     = []language{{"ารนกอเงมลวยสตทดคป", "ะัิีึืุูแโใไ็่้์ขจชซญณธบผฝพฟภศษหฮฉฏฐ"}}
)

// The languages of encodings with characters of several bytes.
var (
	japanese    = language{"田中山本小林加藤吉渡辺佐伊鈴木高橋村井上松斎清水東京都市区町県大阪府日年月会社株式番号名前住所電話郵便様北海道川島原野和子美智恵一二三四五六七八九十男女点検連型氏太郎花生人文字注地方西南新古屋福岡横浜神戸千葉埼玉品部分類数量価格単位税込合計金額商客登録更新時備考担当者御支店営業所課長役代表取締携帯地丁目受付納期発送配達曜午前後電池機械工場製造販売舗丸内外新青赤白黒高低大小上下左右入出用紙", ""}
	simplified  = language{commonHan + "国这来个说们为时会过学对后么没还发当无开经头长样现将与进实点种声话问机给几业间电东听气关并内产体别处总场师书员报难数应计亲务记边风战觉统让认论结术资队带条变联权领传红达办运区众轻语满极张刘陈杨赵黄吴孙马罗郑谢韩冯萧邓许苏卢蒋贾叶阎钟汤龙钱龚万赖伟丽艳杰娟涛静兰刚华军话号码订单产价额备注邮箱职门", ""}
	traditional = language{commonHan + "國這來個說們為時會過學對後麼沒還發當無開經頭長樣現將與進實點種聲話問機給幾業間電東聽氣關並內產體別處總場師書員報難數應計親務記邊風戰覺統讓認論結術資隊帶條變聯權領傳紅達辦運區眾輕語滿極張劉陳楊趙黃吳孫馬羅鄭謝韓馮蕭鄧許蘇盧蔣賈葉閻鍾湯龍錢龔萬賴偉麗豔傑娟濤靜蘭剛華軍臺灣話號碼訂單產價額備註郵箱職門戶", ""}
	korean      = language{"이가나다라마바사아자하김박최정강조윤장임한오서신권황안송전홍유고문양손배백허남심노곽성차주우구민진지수영현준울부산대국인의는을를에도로시동길번호명일월년여원회기보상해그것은소연미경희숙순옥선철재석태용훈혁규빈름주전화이메일원가입상품문수량격금액날짜비휴대폰부직급", ""}
)

// commonHan are characters that simplified and traditional Chinese share.
const commonHan = "的一是不了人我在有他中大上到子和你地出道也年得就那要下以生自着去之家可她里小心多天而能好都然日于起成事只作想看文手十用主行方又如前所本同三已老从知分外但身高意把法此回二理美月明其全工己者向情部正名定女力等很最新打便位因重被走四第相次政海口使教西再平真世信北少加化由代入先山五太水市眼才比住九性通目立命活神件安表原白路期常提感金何更反合放司利受光王果及今京制任至清物台共干接八特望直服林建南度色字交百科元社六功指思非流每青管夫花快院言往近留治周保武半七必城父步完深求品士量空技告江英基派式李息令德收取未持始史商千片容研友站改形委早房音火首影失香石兵弟校志包梁宋唐于董程曹袁傅沈曾彭丁魏薛余潘杜夏田姜范石姚廖熊孔崔康毛邱秦史侯邵孟段雷尹黎易常武文芳娜秀敏强磊洋勇超霞桂姓址客户电話編号客戶"

// weigh returns what a letter says about the language of its text: 1 for letters
// that are used often.
func (l language) weigh(r rune) float64 {
	if !strings.ContainsRune(l.often, r) {
		r = unicode.ToLower(r)
	}
	switch {
	case strings.ContainsRune(l.often, r):
		return 1
	case strings.ContainsRune(l.used, r) && isLatin(r):
		return 0.6
	case strings.ContainsRune(l.used, r):
		return 0.4
	case isLatin(r):
		return 0.1
	}
	return 0
}
