package webui

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/text"
)

// bulkData is the data of the bulk template, which asks before deliveries are deleted.
type bulkData struct {
	IDs  []int64
	Rows []row // the first ones
	More int
}

// maxBulkRows is how many deliveries a question names.
const maxBulkRows = 20

// bulk does something with the deliveries that are selected in the list.
func (h *Handler) bulk(w http.ResponseWriter, r *http.Request) {
	if !h.readPost(w, r) {
		return
	}
	ids, err := parseIDs(r.PostForm["id"])
	if err == nil && len(ids) == 0 {
		err = fmt.Errorf("no delivery is selected")
	}
	if err != nil {
		h.problem(w, http.StatusBadRequest, err.Error())
		return
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	switch do := r.PostForm.Get("do"); do {
	case "resend":
		h.bulkResend(w, r, ids)
	case "export":
		h.export(w, r, ids)
	case "compare":
		if len(ids) != 2 {
			h.problem(w, http.StatusBadRequest, fmt.Sprintf("%s selected; select two to compare them.", text.Counted(len(ids), "delivery")))
			return
		}
		http.Redirect(w, r, fmt.Sprintf("/compare?a=%d&b=%d", ids[0], ids[1]), http.StatusSeeOther)
	case "delete":
		h.askDelete(w, r, ids)
	case "delete-now":
		if _, err := h.opt.History.Prune(r.Context(), history.Condition{IDs: ids}); err != nil {
			h.serverError(w, err)
			return
		}
		http.Redirect(w, r, "/", http.StatusSeeOther)
	default:
		h.problem(w, http.StatusBadRequest, fmt.Sprintf("do is %q; want resend, export, compare or delete", do))
	}
}

// bulkResend starts a job that signs and sends deliveries again, the oldest first. It skips those of check and fuzz, and those with a
// signature that is wrong on purpose.
func (h *Handler) bulkResend(w http.ResponseWriter, r *http.Request, ids []int64) {
	j, err := h.startJob("resend", "Send "+text.Counted(len(ids), "delivery")+" again", "", func(ctx context.Context, j *job) error {
		j.update(func(p *jobProgress) { p.total, p.ok = len(ids), true })
		for _, id := range ids {
			if err := h.resendOne(ctx, j, id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		h.problem(w, statusOf(err), err.Error())
		return
	}
	http.Redirect(w, r, fmt.Sprintf("/jobs/%d", j.id), http.StatusSeeOther)
}

func (h *Handler) resendOne(ctx context.Context, j *job, id int64) error {
	d, err := h.opt.History.Get(ctx, id)
	if err != nil {
		return err
	}
	if why := emitter.SkipResend(&d); why != "" {
		j.update(func(p *jobProgress) {
			p.parts++
			p.notes = append(p.notes, fmt.Sprintf("#%d is skipped: it %s.", id, why))
		})
		return nil
	}
	hook, planned, err := h.planResend(&d, resendSpec{How: "again"})
	if err != nil {
		return err
	}
	sent, err := h.emitter.Send(ctx, &hook, planned, nil)
	if err != nil {
		return err
	}
	j.update(func(p *jobProgress) {
		p.parts++
		p.ok = p.ok && sent.OK()
		p.addDelivery(sent.ID, sent.Lead)
	})
	return ctx.Err()
}

// export serves deliveries as JSON lines, which history import reads.
func (h *Handler) export(w http.ResponseWriter, r *http.Request, ids []int64) {
	noDeadline(w)
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", `attachment; filename="deliveries.jsonl"`)
	for _, id := range ids {
		d, err := h.opt.History.Get(r.Context(), id)
		if err == nil {
			err = history.WriteLine(w, &d)
		}
		if err != nil && r.Context().Err() != nil {
			return
		}
	}
}

func (h *Handler) askDelete(w http.ResponseWriter, r *http.Request, ids []int64) {
	data := bulkData{IDs: ids, More: max(0, len(ids)-maxBulkRows)}
	names := h.people()
	for _, id := range ids[:min(len(ids), maxBulkRows)] {
		d, err := h.opt.History.Get(r.Context(), id)
		if err != nil {
			continue // it was deleted meanwhile
		}
		row, err := h.namedRow(r.Context(), &d, names)
		if err != nil {
			h.serverError(w, err)
			return
		}
		data.Rows = append(data.Rows, row)
	}
	h.show(w, http.StatusOK, "bulk", layoutData{Title: "Delete deliveries", Here: "deliveries", Data: data})
}
