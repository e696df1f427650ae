package report_test

import (
	"fmt"
	"os"
	"time"

	"artihook/scenarios/report"
)

func Example() {
	r := &report.Report{
		Tool: "artihook 0.1.0", Took: 21 * time.Millisecond,
		Suites: []report.Suite{{
			Name: "happy-path", File: "happy-path.yaml", Took: 21 * time.Millisecond,
			Steps: []report.Step{
				{Name: "start", Line: 8, Took: 4 * time.Millisecond, Outcome: report.Passed},
				{
					Name: "complete", Line: 15, Took: 17 * time.Millisecond, Outcome: report.Failed,
					Checks: []report.Check{{What: "status", Outcome: report.Failed, Expected: "2xx", Actual: "500"}},
					Repeat: "artihook run happy-path.yaml --step 2",
				},
			},
		}},
	}
	if err := report.WriteSuiteText(os.Stdout, &r.Suites[0], report.TextOptions{}); err != nil {
		fmt.Println(err)
	}
	fmt.Println()
	if err := report.WriteText(os.Stdout, r, report.TextOptions{}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// ✗ happy-path (21ms)
	//   ✓ start     4ms
	//   ✗ complete  17ms
	//       status
	//         expected  2xx
	//         actual    500
	//
	// ✗ happy-path › complete  happy-path.yaml:15
	//     status
	//       expected  2xx
	//       actual    500
	//     repeat it: artihook run happy-path.yaml --step 2
	//
	// 1 passed, 1 failed (2 steps in 1 scenario, 21ms)
}
