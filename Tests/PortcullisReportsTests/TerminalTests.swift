import PortcullisCore
import PortcullisGate
import Testing

@testable import PortcullisReports

struct TerminalTests {
  @Test(arguments: Sample.allCases)
  func everyLineFitsItsWidth(_ sample: Sample) throws {
    for width in 80...120 {
      for detail in [TerminalStyle.Detail.compact, .full] {
        let text = try rendered(.terminal, sample.input, TerminalStyle(width: width, detail: detail))
        #expect(text.split(separator: "\n").allSatisfy { displayWidth($0) <= width }, "\(width)")
        #expect(!text.contains(" \n"))
      }
    }
  }

  @Test(arguments: Sample.allCases)
  func colourChangesNothingButColour(_ sample: Sample) throws {
    let plain = try rendered(.terminal, sample.input).filter { !"[]{}+- \n".contains($0) }
    let coloured = try rendered(.terminal, sample.input, TerminalStyle(isColoured: true))
    #expect(coloured.contains("\u{1B}[") && !plain.contains("\u{1B}"))
    let stripped = coloured.replacing(/\u{1B}\[[0-9;]*m/, with: "").filter { !"[]{}+- \n".contains($0) }
    #expect(stripped == plain)
  }

  @Test(arguments: Sample.allCases)
  func asciiReportsAreASCIIWhereTheTextsAre(_ sample: Sample) throws {
    let text = try rendered(.terminal, sample.input, TerminalStyle(glyphs: .ascii, detail: .compact))
    #expect(text.unicodeScalars.allSatisfy { $0.isASCII })
  }

  @Test func aPassAndABlockFitOneScreen() throws {
    let style = TerminalStyle(width: 100, detail: .compact)
    let both = try rendered(.terminal, Sample.pass.input, style) + (try rendered(.terminal, Sample.failSlice.input, style))
    #expect(both.split(separator: "\n").count <= 40)
  }

  @Test func aCrowdOfPassingSlicesDoesNotHideTheOneThatFails() throws {
    var input = Sample.failSlice.input
    let passing = input.decision.rulings[4]
    input.decision.rulings += (0..<300).map { number in
      var ruling = passing
      ruling.slice = Case.Tag(name: "tenant", value: "t\(number)")
      return ruling
    }
    let text = try rendered(.terminal, input, TerminalStyle(detail: .compact))
    #expect(text.split(separator: "\n").count < 40)
    #expect(text.contains("fail            behaviour=refusal"))
  }

  @Test func theVerdictComesFirstAndTheExitCodeLast() throws {
    for sample in Sample.allCases {
      let decision = sample.input.decision
      let lines = try rendered(.terminal, sample.input).split(separator: "\n")
      #expect(lines.first?.hasPrefix("\(decision.verdict.rawValue)  ") == true)
      #expect(lines.last?.hasPrefix("exit \(decision.exitCode.rawValue)") == true)
    }
  }

  // The range −20…+20 pp and 6 % of it on each side over 21 columns: 2.24 points a column, the first at −22.4:
  // −20 falls on column 1, −15 on 3, −10 on 6, 0 on 10, +20 on 19.
  @Test func aDrawingShowsIntervalLimitAndEquality() throws {
    let ruling = ruling(-0.10, -0.20, 0.20, limit: -0.15)
    #expect(try drawn(ruling) == "·├─╂──●───┼────────┤·")
  }

  @Test func unboundedSidesEndInArrows() throws {
    #expect(try drawn(ruling(-0.1, nil, 0.2, limit: -0.15)).hasPrefix("◂"))
    #expect(try drawn(ruling(-0.1, -0.2, nil, limit: -0.15)).hasSuffix("▸"))
  }

  @Test func rulingsOfOneTableShareAScale() throws {
    let wide = ruling(0, -0.4, 0.4, limit: -0.1)
    let narrow = ruling(0, -0.05, 0.05, limit: -0.1)
    let scale = DrawingScale([wide, narrow], columns: 41)
    let a = Array(try #require(IntervalDrawing(wide, scale, TerminalStyle())).painted(TerminalStyle()))
    let b = Array(try #require(IntervalDrawing(narrow, scale, TerminalStyle())).painted(TerminalStyle()))
    #expect(a.firstIndex { "┃╂".contains($0) } == b.firstIndex { "┃╂".contains($0) })
    #expect(a.firstIndex(of: "●") == b.firstIndex(of: "●"))
  }

  // A gain that lies wholly above zero, with a limit of 0, is still a difference: its unit says so. The range 0…15 pp and 6 % of it on each
  // side over 21 columns: 0 falls on column 1, 5 on 7, 10 on 13, 15 on 19.
  @Test func aGainIsDrawnAgainstZero() throws {
    var gain = ruling(0.10, 0.05, 0.15, limit: 0)
    gain.unit = .difference
    #expect(try drawn(gain) == "·┃·····├─────●─────┤·")
    #expect(Figures().line(of: gain) == "+10.0 pp [+5.0, +15.0]")
    #expect(Figures().limit(of: gain) == "limit 0 pp")
  }

  @Test func rulesThatAreNoDifferencesHaveScalesOfTheirOwn() throws {
    var failures = ruling(0.01, 0, 0.03, limit: 0.05)
    failures.rule = "error-rate"
    let passes = ruling(0.95, 0.9, 0.97, limit: 0.85)
    let scales = [failures, passes].scales(columns: 41)
    #expect(scales.count == 2)
    // Each fills its own line, so that both can be read.
    for ruling in [failures, passes] {
      let scale = try #require(scales[ScaleKey(ruling)])
      let text = try #require(IntervalDrawing(ruling, scale, TerminalStyle())).painted(TerminalStyle())
      #expect(text.count { "─├┤".contains($0) } > 15)
    }
    let differences = [ruling(0, -0.1, 0.1, limit: -0.1), ruling(0, -0.4, 0.1, limit: -0.3)].scales(columns: 41)
    #expect(differences.count == 1)
  }

  @Test func numbersSayWhatTheyMeasure() {
    let figures = Figures(currency: "USD")
    #expect(figures.line(of: ruling(-0.031, -0.052, -0.01, limit: -0.05)) == "−3.1 pp [−5.2, −1.0]")
    #expect(figures.limit(of: ruling(-0.031, -0.052, -0.01, limit: -0.05)) == "margin 5.0 pp")
    #expect(figures.line(of: ruling(0.934, 0.881, 0.97, limit: 0.9)) == "93.4 % [88.1, 97.0]")
    #expect(figures.line(of: ruling(0.00001, -0.2, nil, limit: -0.1)) == "0.0 pp [−20.0, ∞]")
    #expect(Figures(currency: nil, isPlain: true).line(of: ruling(-0.031, nil, 0.01, limit: -0.05)) == "-3.1 pp [-inf, +1.0]")
  }

  @Test func widthsAreThoseOfTerminals() {
    #expect(displayWidth("abc") == 3)
    #expect(displayWidth("日本") == 4)
    #expect(displayWidth("e\u{301}") == 1)
    #expect(displayWidth("👍") == 2)
    #expect(displayWidth("├─●─┤") == 5)
  }
}

private func ruling(_ estimate: Double, _ lower: Double?, _ upper: Double?, limit: Double) -> Ruling {
  Ruling(
    rule: "r", verdict: .pass, reason: .holds, sentence: "s", estimate: estimate, interval: .init(lower: lower, upper: upper), limit: limit,
    method: "m")
}

private func drawn(_ ruling: Ruling) throws -> String {
  try #require(IntervalDrawing(ruling, DrawingScale([ruling], columns: 21), TerminalStyle())).painted(TerminalStyle())
}
