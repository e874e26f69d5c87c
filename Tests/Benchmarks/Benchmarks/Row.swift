import Foundation

/// One line of the table.
struct Row {
  enum Target {
    case atMost(Double), atLeast(Double)
  }

  let measure: String
  let unit: String
  let series: Series
  /// The first landing of `reference/performance.md`; nil where the figure only explains another.
  var target: Target?

  func print() {
    let (word, isMet): (String, Bool?) =
      switch target {
      case .atMost(let limit): ("≤ \(text(limit))", series.median <= limit)
      case .atLeast(let limit): ("≥ \(text(limit))", series.median >= limit)
      case nil: ("", nil)
      }
    let figures = [series.median, series.least, series.greatest].map { left(text($0), 9) }.joined()
    Swift.print(right(measure, 58) + figures + "  " + right(unit, 5) + right(word, 9) + (isMet.map { $0 ? "met" : "missed" } ?? ""))
    fflush(nil)
  }
}

func printHeader() {
  print(right("measure", 58) + ["median", "least", "greatest"].map { left($0, 9) }.joined() + "  " + right("unit", 5) + "target")
}

/// Three significant digits are more than any of this holds.
private func text(_ number: Double) -> String {
  switch abs(number) {
  case 100...: String(format: "%.0f", number)
  case 10...: String(format: "%.1f", number)
  default: String(format: "%.2f", number)
  }
}

private func right(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(1, width - text.count)) }
private func left(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(1, width - text.count)) + text }
