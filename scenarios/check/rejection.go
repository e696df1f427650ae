package check

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"artihook/emitter/history"
)

// rightRejections lists the statuses that say that a signature is wrong.
var rightRejections = []int{http.StatusUnauthorized, http.StatusForbidden}

// usualRejections also lists those that receivers use instead. They fail the case signature-status only.
var usualRejections = append(slices.Clone(rightRejections), http.StatusBadRequest, http.StatusNotFound)

// rejected is the wanted response to a wrong signature.
func (c *caseRun) rejected() want {
	statuses, text := c.run.opt.Rejection, statusList(c.run.opt.Rejection)
	if len(statuses) == 0 {
		statuses, text = usualRejections, statusList(rightRejections)
	}
	return want{text, func(d *history.Delivery) bool { return d.Error == "" && slices.Contains(statuses, d.Status) }}
}

// expectRejection sends a request with a wrong signature and fails the case if it is not rejected.
func (c *caseRun) expectRejection(req request) history.Delivery {
	d := c.send(req)
	if usual := c.run.usual; usual != nil && usual.Status >= 400 && usual.Status == d.Status && !c.rejected().accepts(&d) {
		c.inconclusive(fmt.Sprintf("the receiver responds %d to every delivery; see %s", d.Status, validCase))
	}
	c.noteRejection(req, &d)
	c.compare(req, &d, c.rejected())
	return d
}

func (c *caseRun) noteRejection(req request, d *history.Delivery) {
	if c.rejected().accepts(d) {
		c.run.rejections = append(c.run.rejections, rejection{d.Status, describe(req, d)})
	}
}

// rejection is a response to a wrong signature.
type rejection struct {
	status int
	sent   string
}

// rejectionStatus fails the case if a wrong signature got another status than 401 or 403, in this case or an earlier one.
func rejectionStatus(c *caseRun) {
	unsigned, _ := missingHeader(c, c.validRequest())
	wrong, _ := wrongDigits(c, c.validRequest())
	for _, req := range []request{unsigned, wrong} {
		d := c.send(req)
		c.noteRejection(req, &d)
	}
	switch {
	case len(c.run.rejections) == 0:
		c.skip("the receiver rejects no wrong signature")
	case len(c.run.opt.Rejection) > 0:
		return // these statuses are the right ones
	}
	var statuses []int
	for _, r := range c.run.rejections {
		if !slices.Contains(statuses, r.status) {
			statuses = append(statuses, r.status)
		}
	}
	for _, r := range c.run.rejections {
		if !slices.Contains(rightRejections, r.status) {
			c.fail(r.sent, "401 or 403, as for every wrong signature", fmt.Sprintf("%d; wrong signatures got %s", r.status, statusList(statuses)))
		}
	}
}

// statusList returns a text such as "400, 401 or 403".
func statusList(statuses []int) string {
	var b strings.Builder
	for i, status := range statuses {
		switch {
		case i > 0 && i == len(statuses)-1:
			b.WriteString(" or ")
		case i > 0:
			b.WriteString(", ")
		}
		fmt.Fprint(&b, status)
	}
	return b.String()
}
