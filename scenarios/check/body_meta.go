package check

import (
	"strings"

	"artihook/emitter/payload"
)

// metaCases returns the cases about the visitor's place and browser.
func metaCases() []Case {
	return []Case{
		{
			ID: "body-ipv6", Level: Must, Requests: 1, run: expectAccepted(withMeta("an IPv6 address", func(m *payload.Meta) { m.IPAddress = "2001:db8:85a3:1234:5678:8a2e:3701:7334" })),
			Sends: "The created event of a lead with an IPv6 address of 38 characters.",
			Why:   "Many visitors have an IPv6 address. It has up to 45 characters.", Fix: "Make the column wide enough, or use the type of your database for addresses.", Code: codeAddressColumn,
		},
		{
			ID: "body-other-country", Level: Must, Requests: 1, harmless: true, run: expectAccepted(withMeta("a place in another country", func(m *payload.Meta) {
				state, city := "New South Wales", "Sydney"
				m.Location = payload.Location{CountryAbbreviation: "AU", Country: "Australia", State: &state, City: &city, Latitude: "-33.8688", Longitude: "151.2093"}
			})),
			Sends: "The created event of a lead in Australia.",
			Why:   "Visitors come from all countries. Their states have long names, latitudes may be negative and longitudes positive.", Fix: "Do not restrict country, state and coordinates.", Code: codeKeepText,
		},
		{
			ID: "body-country-name", Level: Must, Requests: 1, harmless: true, run: expectAccepted(withMeta("the country Côte d'Ivoire", func(m *payload.Meta) {
				state, city := "Abidjan", "Abidjan"
				m.Location = payload.Location{CountryAbbreviation: "CI", Country: "Côte d'Ivoire", State: &state, City: &city, Latitude: "5.3453", Longitude: "-4.0268"}
			})),
			Sends: "The created event of a lead in Côte d'Ivoire.",
			Why:   "The name of a country may have an apostrophe and letters other than a to z.", Fix: "Use parameters in SQL, and UTF-8 everywhere.", Code: codeParameters,
			needs: []string{"body-unicode", "body-other-country"},
		},
		{
			ID: "body-unknown-browser", Level: Should, Requests: 1, harmless: true, run: expectAccepted(withMeta("an empty browser", func(m *payload.Meta) {
				m.Browser = payload.Browser{}
			})),
			Sends: "The created event of a lead whose user agent, browser name and version are empty.",
			Why:   "Some browsers and privacy tools send no user agent.", Fix: "Do not require a browser, and do not convert its version to a number without a check.", Code: codeKeepText,
		},
		{
			ID: "body-empty-page", Level: Should, Requests: 1, harmless: true, run: expectAccepted(withMeta("an empty page URL", func(m *payload.Meta) { m.ChatStartPage = "" })),
			Sends: "The created event of a lead whose chat_start_page is empty.",
			Why:   "A bot in a preview, in an app or in a frame may have no page.", Fix: "Store an empty page as NULL, and do not reject the lead.", Code: codeKeepText,
		},
		{
			ID: "body-mobile", Level: Must, Requests: 1, harmless: true, run: expectAccepted(withMeta("the browser of a phone", func(m *payload.Meta) {
				m.Browser = payload.Browser{
					UserAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1",
					Name:      "Mobile Safari", Version: "17", IsMobile: true,
				}
			})),
			Sends: "The created event of a lead whose browser is Mobile Safari, with is_mobile true.",
			Why:   "Many visitors use a phone.", Fix: "Accept true and false as is_mobile, and any text as the name of a browser.", Code: codeKeepText,
		},
		{
			ID: "body-empty-ip", Level: Must, Requests: 1, run: expectAccepted(withMeta("an empty ip_address", func(m *payload.Meta) { m.IPAddress = "" })),
			Sends: "The created event of a lead whose ip_address is empty.",
			Why:   "One of ArtiBot's samples has an empty ip_address.", Fix: "Store an empty address as NULL, and do not reject the lead.", Code: codeAddressColumn,
			Section: "5, What is not known",
		},
		{
			ID: "body-long-page", Level: Must, Requests: 1, run: expectAccepted(withMeta("a page URL of more than 500 bytes", func(m *payload.Meta) {
				m.ChatStartPage = "https://check.example/?utm_campaign=" + strings.NewReplacer(", ", "-", " ", "_").Replace(longText)
			})),
			Sends: "The created event of a lead whose chat_start_page has more than 500 bytes.",
			Why:   "A page URL has the parameters of a campaign. A column of 255 characters causes an error or truncates it.", Fix: "Use a column type without a length.", Code: codePageColumn,
		},
		{
			ID: "body-page-escapes", Level: Should, Requests: 1, run: expectAccepted(withMeta("a page URL with other letters", func(m *payload.Meta) {
				m.ChatStartPage = "https://check.example/büro/?q=100%&p=%E4%BD%A0#kontakt"
			})),
			Sends: "The created event of a lead whose chat_start_page has letters and a percent sign that are not escaped.",
			Why:   "Browsers accept URLs that a strict parser rejects.", Fix: "Store the URL as text. Do not reject a lead because of it.", Code: codeKeepText,
			needs: []string{"body-unicode", "body-html-characters"},
		},
		{
			ID: "body-long-user-agent", Level: Must, Requests: 1, harmless: true, run: expectAccepted(withMeta("a user agent of more than 255 bytes", func(m *payload.Meta) {
				m.Browser.UserAgent = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/442.0.0.37.108;FBBV/540204350;FBDV/iPhone14,5;FBMD/iPhone;FBSN/iOS;FBSV/17.1.2;FBSS/3;FBID/phone;FBLC/en_US;FBOP/5;FBRV/542184102;IABMV/1;FBCR/Carrier]"
			})),
			Sends: "The created event of a lead whose user agent has more than 255 bytes.",
			Why:   "Browsers inside apps have long user agents. A column of 255 characters causes an error or truncates it.", Fix: "Use a column type without a length.", Code: codeAgentColumn,
		},
	}
}

// withMeta returns a variant with a change to meta.
func withMeta(what string, change func(*payload.Meta)) variant {
	return func(c *caseRun) request {
		e := c.lead().created()
		change(&e.Meta)
		return variantOf("with "+what, e)
	}
}
