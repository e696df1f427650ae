package check

import (
	"fmt"
	"math"
	"time"

	"artihook/emitter/payload"
)

// dateCases returns the cases about dates.
func dateCases() []Case {
	const fixDate = "Parse dates with a library that accepts 0 to 7 digits after the second, with and without Z. All dates are in UTC."
	const section = "2, Dates"
	return []Case{
		{
			ID: "body-date-short-fraction", Level: Must, Requests: 2, run: expectAccepted(fraction(1), fraction(4)),
			Sends: "Two created events of leads whose dates have one and four digits after the second.",
			Why:   "ArtiBot omits the trailing zeros of a fraction of a second: one date in ten has a shorter fraction.",
			Fix:   fixDate, Code: codeParseDate, Section: section,
		},
		{
			ID: "body-date-whole-second", Level: Must, Requests: 1, run: expectAccepted(fraction(0)),
			Sends: "The created event of a lead whose dates have no fraction.",
			Why:   "ArtiBot omits the trailing zeros of a fraction of a second, and the dot if the fraction is zero: one date in a million has no fraction.",
			Fix:   fixDate, Code: codeParseDate, Section: section, needs: []string{"body-date-short-fraction"},
		},
		{
			ID: "body-date-six-digits", Level: Must, Requests: 1, harmless: true, run: expectAccepted(fraction(6)),
			Sends: "The created event of a lead whose dates have six digits after the second.",
			Why:   "modify_date and time_stamp have seven digits after the second, but one in ten has six.",
			Fix:   fixDate, Code: codeParseDate, Section: section, needs: []string{"body-date-short-fraction"},
		},
		{
			ID: "body-date-without-zone", Level: Must, Requests: 1, run: expectAccepted(storedDate),
			Sends: "The created event of a lead whose modify_date has no Z.",
			Why:   "modify_date has no Z in completed events, and create_date never has one.",
			Fix:   fixDate, Code: codeParseDate, Section: section,
		},
		{
			ID: "body-day-before-1970", Level: Must, Requests: 1, run: expectAccepted(day(time.Date(1955, 3, 2, 9, 31, 0, 0, time.UTC), "America/Chicago", "1/2/06")),
			Sends: "The created event of a lead with the day 1955-03-02.",
			Why:   "A visitor may enter a date of birth before 1970. Its Unix time is negative.", Fix: "Use a date type, not an unsigned number of seconds or MySQL's TIMESTAMP.", Code: codeDateColumn, Section: "2, Answers",
			needs: []string{"body-every-type"},
		},
		{
			ID: "body-day-after-2038", Level: Should, Requests: 1, run: expectAccepted(day(time.Date(2041, 6, 30, 9, 31, 0, 0, time.UTC), "America/Chicago", "1/2/06")),
			Sends: "The created event of a lead with the day 2041-06-30.",
			Why:   "A Unix time of 32 bits overflows in January 2038.", Fix: "Use a date type, not a number of 32 bits or MySQL's TIMESTAMP.", Code: codeDateColumn, Section: "2, Answers",
			needs: []string{"body-every-type"},
		},
		{
			ID: "body-leap-day", Level: Must, Requests: 1, run: expectAccepted(day(time.Date(2028, 2, 29, 9, 31, 0, 0, time.UTC), "America/Chicago", "1/2/06")),
			Sends: "The created event of a lead with the day 2028-02-29.",
			Why:   "A year may have a February 29. Code that replaces the year of a date fails.", Fix: "Use a date library for every calculation.", Code: codeParseDate, Section: "2, Answers",
			needs: []string{"body-every-type"},
		},
		{
			ID: "body-old-time-zone", Level: Must, Requests: 1, run: expectAccepted(day(time.Date(2027, 7, 28, 9, 31, 0, 0, time.UTC), "Asia/Calcutta", "1/2/06")),
			Sends: "The created event of a lead whose day has the time zone Asia/Calcutta.",
			Why:   "Browsers report old names of time zones. ArtiBot's captures have Asia/Calcutta, which incomplete lists do not contain.",
			Fix:   "Use the whole time zone database with its old names, and accept a name that it does not have.", Code: codeTimeZone, Section: "2, Answers",
			needs: []string{"body-every-type"},
		},
		{
			ID: "body-day-long-year", Level: Must, Requests: 1, harmless: true, run: expectAccepted(day(time.Date(2027, 12, 31, 9, 31, 0, 0, time.UTC), "America/Chicago", "1/2/2006")),
			Sends: "The created event of a lead with the display_value 12/31/2027.",
			Why:   "ArtiBot wrote the year of display_value with two digits in 2022, and with four in 2023.", Fix: "Use value.date_time, not display_value.", Code: codeUseValue, Section: "2, Answers",
			needs: []string{"body-every-type"},
		},
	}
}

// fraction returns a variant whose dates have n digits after the second.
func fraction(n int) variant {
	return func(c *caseRun) request {
		e := c.lead().created()
		digits := time.Duration(333_333_300).Truncate(time.Second / time.Duration(math.Pow10(n)))
		cut := func(d payload.DateTime) time.Time { return d.Time().Truncate(time.Second).Add(digits) }
		e.Lead.Created, e.Lead.Modified, e.Time = payload.Stored(cut(e.Lead.Created)), payload.Live(cut(e.Lead.Modified)), payload.Live(cut(e.Time))
		return variantOf(fmt.Sprintf("with %d digits after the second in its dates", n), e)
	}
}

// storedDate returns the request of a lead whose modify_date was read back from the database.
func storedDate(c *caseRun) request {
	e := c.lead().created()
	e.Lead.Modified = payload.Stored(e.Lead.Modified.Time())
	return variantOf("with a modify_date without Z", e)
}

// day returns a variant with an answer of type date_time.
func day(at time.Time, zone, display string) variant {
	return func(c *caseRun) request {
		e := c.lead().created()
		e.Lead.Data[0] = payload.Answer{
			Field: e.Lead.Data[0].Field, Type: payload.TypeDateTime, Input: at.Format("1/2/06 3:04:05 PM"), Display: at.Format(display),
			Value: payload.Moment{DateTime: payload.Minute(at), Grain: "day", Timezone: zone},
		}
		return variantOf("with the day "+at.Format(time.DateOnly)+" in "+zone, e)
	}
}
