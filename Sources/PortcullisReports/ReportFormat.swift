/// Where a report goes, piece by piece: text in memory, a file, standard output.
package protocol TextSink {
  mutating func write(_ text: String) throws
}

extension String: TextSink {}

/// One rendering of a decision and its run.
package protocol Reporter: Sendable {
  func write(_ input: ReportInput, to sink: inout some TextSink) throws
}

/// The catalogue of reports. A new one is a file with a `Reporter` and a case here.
package enum ReportFormat: String, Sendable, CaseIterable {
  case terminal
  case json
  case junit
  case markdown

  /// For help texts and the list of formats.
  package var summary: String {
    switch self {
    case .terminal: "the verdict, the rules and the worst cases for a person"
    case .json: "decision.json, every fact for a program"
    case .junit: "JUnit XML, a test case for each case and rule, for CI"
    case .markdown: "a page for a pull request or a GitHub job summary"
    }
  }

  /// `style` is for the terminal; files are written for everybody.
  package func reporter(style: TerminalStyle = TerminalStyle()) -> any Reporter {
    switch self {
    case .terminal: TerminalReport(style: style)
    case .json: DecisionJSONReport()
    case .junit: JUnitReport()
    case .markdown: MarkdownReport()
    }
  }
}

/// Writes `input` in `format`; throws only what the sink or the case source throws.
package func render(
  _ format: ReportFormat, _ input: ReportInput, style: TerminalStyle = TerminalStyle(), to sink: inout some TextSink
) throws {
  try format.reporter(style: style).write(input, to: &sink)
}
