import Testing

@testable import PortcullisReports

func rendered(_ format: ReportFormat, _ input: ReportInput, _ style: TerminalStyle = TerminalStyle()) throws -> String {
  var text = ""
  try render(format, input, style: style, to: &text)
  return text
}

struct SnapshotTests {
  @Test(arguments: Sample.allCases)
  func everyFormatIsAsStored(_ sample: Sample) throws {
    for format in ReportFormat.allCases { expectSnapshot("\(sample.rawValue).\(format.rawValue)", try rendered(format, sample.input)) }
  }

  @Test(arguments: Sample.allCases)
  func compactTerminalIsAsStored(_ sample: Sample) throws {
    let style = TerminalStyle(width: 80, detail: .compact)
    expectSnapshot("\(sample.rawValue).terminal-compact", try rendered(.terminal, sample.input, style))
  }

  @Test func asciiTerminalIsAsStored() throws {
    expectSnapshot("fail-slice.terminal-ascii", try rendered(.terminal, Sample.failSlice.input, TerminalStyle(width: 80, glyphs: .ascii)))
  }

  @Test func colouredTerminalIsAsStored() throws {
    expectSnapshot("fail-slice.terminal-colour", try rendered(.terminal, Sample.failSlice.input, TerminalStyle(isColoured: true)))
  }

  @Test func hostileTextIsAsStored() throws {
    let text = [Hostile.ansi, .bidi, .xss, .github, .md, .junit].map(\.text).joined(separator: " ")
    for format in ReportFormat.allCases { expectSnapshot("hostile.\(format.rawValue)", try rendered(format, hostileReport(text))) }
  }
}
