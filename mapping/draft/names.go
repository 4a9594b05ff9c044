package draft

import (
	"slices"
	"strings"

	"github.com/ciobulk/ciobulk/customerio"
)

// hint is what a column's name says about its values. Names say who a row is about,
// which values never do. Types are decided by values; a name only chooses between
// types that fit.
type hint struct {
	field  customerio.Match // the identifier that the name is one of; empty: none
	rank   int              // lower is more certain
	code   bool             // digits that are not an amount
	fixed  bool             // codes of so many digits, such as post codes
	dated  bool
	yesNo  bool
	list   bool
	event  bool // what an event is called
	page   bool
	screen bool
	at     bool // when an event was

	token, platform, used bool // of a device
	object, objectType    bool // which a person may be related to
	duplicate             bool // a profile that is merged into another
}

// wordSet returns the words of a text with their ranks. Each word is a name in lower
// case, without accents, spaces and marks.
func wordSet(text string) map[string]int {
	set := make(map[string]int)
	for i, w := range strings.Fields(text) {
		set[w] = i
	}
	return set
}

// The names of identifiers in several languages, the most certain first.
var (
	idNames = wordSet(`customerid userid personid customerno customernumber customernr custid custno memberid memberno membernumber
		contactid clientid accountid subscriberid externalid kundennummer kundennr kundenid kundeid kundenummer kundnummer mitgliedsnummer
		mitgliedsnr mitgliedsid benutzerid nutzerid personennummer debitorennummer debitorennr debitor numeroclient idclient clienteid idcliente
		numerocliente codicecliente idusuario usuarioid klantnummer klantid asiakasnumero idklienta numerklienta
		kdnr kdnummer kundno kundid medlemsnummer medlemsid brukerid anvandarid lidnummer lidnr relatienummer klantnr gebruikersid
		identifiantclient identifiant numclient noclient nclient nodeclient numerodeclient codeclient numeroabonne idutilisateur idabonne idcontact
		codiceutente idutente numerotessera identificativo codigocliente codigodecliente numerodecliente nodecliente ncliente idcontacto identificador
		numerodocliente codigodocliente idcontato idassinante identyfikator identifikator idkontaktu idzakaznika
		customerkey subscriberkey contactkey externalkey customeruid useruid useruuid customeruuid distinctid
		顧客番号 顧客id 会員番号 会員id ユーザーid 客户编号 用户id номерклиента idклиента id uid uuid guid`)
	personNames = wordSet(`customer user member contact client person kunde kundin mitglied benutzer cliente usuario klant asiakas klient
		utilisateur abonne adherent socio utente assinante abonado gebruiker lid`)
	emailNames = wordSet(`email emailaddress mailaddress emailadresse mailadresse emailadress useremail customeremail contactemail emailid mail mails
		correo correoelectronico courriel adresseemail adressemail adressemail mel email1 postaelettronica indirizzoemail epost epostadress epostadresse
		sahkoposti eposta emaila emailadres adresseelectronique adressedemessagerie adresseecourriel courrielclient correoe direcciondecorreo
		direccioncorreo direcciondecorreoelectronico direccionemail enderecoeletronico enderecodeemail correioeletronico indirizzodipostaelettronica
		indirizzodiposta sahkopostiosoite adresemail adresaemail adresposta adreseposta epostaadresi emailcim emailovaadresa почта электроннаяпочта
		адресэлектроннойпочты емейл имейл メール メールアドレス eメール 邮箱 电子邮件 电子邮箱 이메일`)
	cioNames   = wordSet(`cioid customerioid`)
	phoneNames = wordSet(`phone phonenumber phoneno telephone telephonenumber telefon telefonnummer telefonnr telnr tel mobile mobilephone mobilenumber
		mobileno mobil mobilnummer mobiltelefon mobilnr handy handynummer handynr cell cellphone telefono movil celular cellulare portable gsm
		telefone telemovel telefoon puhelin puhelinnumero
		telefoonnummer mobiel mobielnummer numerodetelephone numerotelephone notelephone notel numportable telephoneportable numerodetelefono numerotelefono
		telefonomovil telefonomobile telefonocellulare numerodecelular numerodetelefone celulare telefonkomorkowy numertelefonu telefonszam telefonmobil
		numardetelefon matkapuhelin msisdn телефон мобильныйтелефон номертелефона 電話 電話番号 携帯電話 手机 手机号 电话 전화번호 whatsapp sms fax`)
)

// The words of names, each for one hint.
var (
	codeWords = wordSet(`id no nr num number nummer code plz zip zipcode postal postcode postleitzahl sku ean isbn iban bic bank konto account key ref
		reference referenz artikel artikelnummer kundennummer rechnungsnummer bestellnummer vat ust steuernummer ssn passport phone telefon mobile mobil tel fax
		numero matricule cp cap codigo kontonummer barcode gtin hausnummer`)
	fixedWords = wordSet(`plz zip zipcode postal postcode postleitzahl cp cap`)
	dateWords  = wordSet(`at on date datum day tag time zeit zeitpunkt timestamp ts created updated modified seen last since until expires expiry birthday birthdate
		geburtstag geburtsdatum dob born joined registered signup erstellt angelegt anmeldung fecha data jour heure registration changed geandert geaendert ended started begin end start
		stamp zeitstempel signed subscribed login datetime birth naissance inscription inscrit nacimiento alta registro creado nascita iscrizione creato nascimento cadastro criado
		geboortedatum geboren aangemaakt fodelsedag urodzenia seit дата`)
	yesNoWords = wordSet(`is has was can active aktiv actif activo enabled newsletter optin optedin opt consent subscribed unsubscribed subscriber verified confirmed
		vip deleted blocked gesperrt einwilligung flag bool premium admin
		abgemeldet zustimmung actif abonne desabonne desinscrit consentement inscrit activa ativo attivo iscritto consenso suscrito baja consentimiento actief aktywny`)
	listWords = wordSet(`tags tag categories category kategorien interests interessen groups gruppen topics themen segments labels lists list liste roles rollen
		languages sprachen products produkte hobbies keywords skills channels`)
	eventNames    = wordSet(`event eventname event_name ereignis evento evenement action aktion activity eventtype`)
	pageNames     = wordSet(`url page pageurl seite link uri href`)
	screenNames   = wordSet(`screen screenname view bildschirm ecran pantalla schermata`)
	tokenNames    = wordSet(`token devicetoken pushtoken deviceid fcmtoken apnstoken registrationid registrationtoken geraetetoken`)
	platformNames = wordSet(`platform os deviceplatform deviceos operatingsystem devicetype plattform betriebssystem plateforme plataforma piattaforma`)
	usedNames     = wordSet(`lastused lastseen lastactive lastusedat lastseenat lastopened zuletztgenutzt zuletztgesehen`)
	objectNames   = wordSet(`objectid object companyid company organizationid organisationid orgid organization organisation accountid account teamid groupid courseid schoolid
		storeid firmaid firma firmennr firmennummer unternehmen unternehmensid entrepriseid entreprise empresaid empresa aziendaid azienda`)
	typeNames      = wordSet(`objecttypeid objecttype`)
	duplicateNames = wordSet(`merge mergeid mergeemail duplicate duplicateid duplicateemail secondary secondaryid secondaryemail dupe dupeid olduserid oldid oldemail loser loserid dublette doppelt doublon duplicado`)
	atNames        = wordSet(`timestamp occurredat occurred eventtime eventat eventdate at time ts date datum zeitpunkt zeit zeitstempel when createdat created`)
)

// hintOf reads a column's name.
func hintOf(name string) (h hint) {
	words := nameWords(name)
	joined := strings.Join(words, "")
	h.identifier(words, joined)
	any := func(set map[string]int) bool {
		return slices.ContainsFunc(words, func(w string) bool { _, is := set[w]; return is }) || has(set, joined)
	}
	h.code = has(codeWords, joined) || has(codeWords, words[len(words)-1]) || slices.Contains([]string{"id", "nr", "no"}, words[0]) || h.field == customerio.Phone
	h.code = h.code || h.field == customerio.ID && h.rank < weak
	h.fixed = any(fixedWords)
	h.dated, h.yesNo, h.list = any(dateWords), any(yesNoWords), any(listWords)
	h.event, h.page, h.at = has(eventNames, joined), has(pageNames, joined), has(atNames, joined)
	h.screen = has(screenNames, joined)
	h.token, h.platform, h.used = has(tokenNames, joined), has(platformNames, joined), has(usedNames, joined)
	h.object, h.objectType, h.duplicate = has(objectNames, joined), has(typeNames, joined), has(duplicateNames, joined)
	return h
}

func has(set map[string]int, word string) bool {
	_, is := set[word]
	return is
}

// weak is the rank of names that only contain a known one.
const weak = 1000

// identifier sets the field that a name is for.
func (h *hint) identifier(words []string, joined string) {
	for _, known := range []struct {
		field customerio.Match
		names map[string]int
	}{{customerio.CioID, cioNames}, {customerio.ID, idNames}, {customerio.Email, emailNames}, {customerio.Phone, phoneNames}} {
		if rank, is := known.names[joined]; is {
			h.field, h.rank = known.field, rank
			return
		}
		for rank := range len(words) { // the name's end, such as email in work email
			if rest := strings.Join(words[rank:], ""); rank > 0 && has(known.names, rest) && (known.field != customerio.ID || len(rest) > 4) {
				h.field, h.rank = known.field, weak+rank
				return
			}
		}
		if known.field != customerio.ID && slices.ContainsFunc(words, func(w string) bool { return has(known.names, w) }) {
			h.field, h.rank = known.field, 2*weak // the values must confirm it
			return
		}
	}
	if has(personNames, joined) {
		h.field, h.rank = customerio.ID, weak // as in a file of orders
	}
}
