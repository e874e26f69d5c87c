import Foundation
import PortcullisCore
import Testing

@testable import PortcullisReports

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Whatever a model answers is inert in every output.
struct HostileTextTests {
  @Test(arguments: Hostile.allCases)
  func noReportHoldsACharacterThatActs(_ kind: Hostile) throws {
    for format in ReportFormat.allCases {
      let text = try rendered(format, hostileReport(kind.text))
      let acting = text.unicodeScalars.filter { isHostile($0) && $0 != "\n" || $0 == "\u{FFFE}" || $0 == "\u{FFFF}" }
      if format == .json {
        // Not characters, and inert, U+FFFE and U+FFFF may stand in JSON.
        #expect(acting.allSatisfy { !isHostile($0) })
      } else {
        #expect(acting.isEmpty, "\(format) holds \(acting.first.map { String($0.value, radix: 16) } ?? "")")
      }
    }
  }

  @Test(arguments: Hostile.allCases)
  func colouredTerminalHoldsOnlyOurOwnSequences(_ kind: Hostile) throws {
    let text = try rendered(.terminal, hostileReport(kind.text), TerminalStyle(isColoured: true))
    let pieces = text.split(separator: "\u{1B}", omittingEmptySubsequences: false).dropFirst()
    let ours = ["[0m", "[1m", "[2m", "[31m", "[32m", "[33m", "[36m", "[1;7;31m", "[1;7;32m", "[1;7;33m", "[1;7;36m"]
    #expect(pieces.allSatisfy { piece in ours.contains { piece.hasPrefix($0) } })
    #expect(!text.unicodeScalars.contains { isHostile($0) && $0 != "\n" && $0 != "\u{1B}" })
  }

  @Test(arguments: Hostile.allCases)
  func terminalLinesStayWithinTheirWidth(_ kind: Hostile) throws {
    for width in [80, 100, 120] {
      for detail in [TerminalStyle.Detail.compact, .full] {
        for glyphs in [TerminalStyle.Glyphs.ascii, .unicode] {
          let style = TerminalStyle(width: width, glyphs: glyphs, detail: detail)
          let lines = try rendered(.terminal, hostileReport(kind.text), style).split(separator: "\n")
          let longest = lines.max { displayWidth($0) < displayWidth($1) } ?? ""
          #expect(displayWidth(longest) <= width, "\(width): \(longest)")
        }
      }
    }
  }

  /// A model that writes "pass" and "exit 0" on lines of their own must not forge ours.
  @Test func noAnswerBeginsALineOfTheTerminal() throws {
    for width in 60...120 {
      let lines = try rendered(.terminal, hostileReport(Hostile.inject.text), TerminalStyle(width: width)).split(separator: "\n")
      #expect(lines.count { $0.hasPrefix("exit ") } == 1 && lines.count { $0.hasPrefix("fail  ") } == 4)
      #expect(!lines.contains { $0.hasPrefix("pass") || $0.hasPrefix("everything") || $0.hasPrefix("0") })
    }
  }

  @Test(arguments: Hostile.allCases)
  func junitIsWellFormedAndHoldsTheTextAsText(_ kind: Hostile) throws {
    let found = try parsed(try rendered(.junit, hostileReport(kind.text)))
    #expect(found.count("testcase") == 6)
    #expect(found.count("failure") == 3)
    #expect(found.count("error") == 1)
    let shown = calm(kind.text, keepingLines: true)
    if shown.utf8.count < 300 { #expect(found.text.contains(shown)) }
  }

  @Test(arguments: Hostile.allCases)
  func jsonKeepsTheTextExactly(_ kind: Hostile) throws {
    let json = try JSON(parsing: try rendered(.json, hostileReport(kind.text)))
    #expect(sameBytes(json["rulings"]?.array?.first?["metric"]?.string ?? "", kind.text))
    #expect(sameBytes(json["stage"]?.string ?? "", kind.text))
  }

  @Test(arguments: Hostile.allCases)
  func markdownHoldsOurTagsOnlyAndNoLink(_ kind: Hostile) throws {
    var outside = ""
    var fence = ""
    for line in try rendered(.markdown, hostileReport(kind.text)).split(separator: "\n", omittingEmptySubsequences: false) {
      let ticks = String(line.prefix { $0 == "`" })
      if fence.isEmpty, ticks.count >= 3 {
        fence = ticks
      } else if !fence.isEmpty, line == fence {
        fence = ""
      } else if fence.isEmpty {
        outside += line + "\n"
      }
    }
    #expect(fence.isEmpty)
    let tags = outside.split(separator: "<", omittingEmptySubsequences: false).dropFirst()
    let ours = ["details>", "/details>", "summary>", "/summary>", "br>"]
    #expect(tags.allSatisfy { tag in ours.contains { tag.hasPrefix($0) } })
    #expect(outside.count(of: "<details>") == 3 && outside.count(of: "</details>") == 3)
    #expect(!outside.contains("://") && !outside.replacing("\\]", with: "").contains("](") && !outside.contains("@"))
    #expect(!outside.contains("{{ 7*7 }}") || kind == .template)
    let rows = outside.split(separator: "\n").filter { $0.hasPrefix("| ❌") }
    #expect(rows.count == 3)
    #expect(rows.allSatisfy { unescapedPipes($0) == 6 })
  }

  @Test func githubCannotBeCommandedByAReport() throws {
    let token = "4f1c2d3e5a6b7c8d"
    let log = workflowCommandSafe(Hostile.github.text + "\n::\(token)::\n::\(token.uppercased())::\n", token: token)
    let lines = log.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    #expect(lines.first == "::stop-commands::\(token)")
    #expect(lines.suffix(2) == ["::\(token)::", ""])
    #expect(log.lowercased().count(of: token) == 2)
  }

  /// Taking out the inner token must not leave another one.
  @Test func nestedTokensDoNotSurvive() {
    let token = "abcdefgh12345678"
    let log = workflowCommandSafe("abcdefgh\(token)12345678", token: token)
    #expect(log.count(of: token) == 2)
  }

  @Test func towersOfAccentsAreCutToThree() {
    #expect(calm(Hostile.zalgo.text).unicodeScalars.filter(isCombining).count == 3)
    #expect(calm("e\u{301}\u{323}") == "e\u{301}\u{323}")
  }

  @Test func aCutTextSaysHowMuchIsMissing() {
    #expect(calm("abcdef", limit: 4) == "abcd… (2 more characters)")
    #expect(calm("ééé", limit: 3) == "ééé")
  }
}

extension String {
  func count(of part: String) -> Int { ranges(of: part).count }
}

private func unescapedPipes(_ row: Substring) -> Int {
  var isEscaped = false
  return row.unicodeScalars.reduce(0) { count, scalar in
    defer { isEscaped = scalar == "\\" && !isEscaped }
    return count + (scalar == "|" && !isEscaped ? 1 : 0)
  }
}

/// The elements and the text that a real parser finds; throws where the document is not well formed.
func parsed(_ xml: String) throws -> FoundXML {
  let found = FoundXML()
  let parser = XMLParser(data: Data(xml.utf8))
  parser.delegate = found
  guard parser.parse() else { throw parser.parserError ?? CocoaError(.fileReadCorruptFile) }
  return found
}

final class FoundXML: NSObject, XMLParserDelegate {
  private(set) var elements = [(name: String, attributes: [String: String])]()
  private(set) var text = ""

  func count(_ name: String) -> Int { elements.count { $0.name == name } }

  func parser(
    _ parser: XMLParser, didStartElement elementName: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) { elements.append((elementName, attributes)) }

  func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
}
