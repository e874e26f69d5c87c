import ArgumentParser
import PortcullisChecks
import PortcullisCore

struct ChecksCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "checks", abstract: "The checks a case can use, a line each.",
    discussion: """
      EXAMPLES
        portcullis checks
        portcullis explain numeric
      """)

  @Flag(help: "Print them as JSON.")
  var json = false

  func run() throws {
    if json { return say(JSON.array(CheckCatalogue.all.map(\.json)).prettyText) }
    let width = CheckCatalogue.all.map(\.name.count).max() ?? 0
    for kind in CheckCatalogue.all { say(kind.name + String(repeating: " ", count: width - kind.name.count + 2) + kind.summary) }
  }
}

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "What a check does, its arguments and examples.",
    discussion: """
      EXAMPLES
        portcullis explain contains
        portcullis explain tool-call
      """)

  @Argument(help: "A check's name, as 'portcullis checks' lists them.")
  var check: String

  @Flag(help: "Print it as JSON.")
  var json = false

  func run() throws {
    guard let kind = CheckCatalogue.kind(named: check) else {
      throw Diagnostic(.error, "unknown check '\(check)'", help: suggestion(for: check, among: CheckCatalogue.names))
    }
    if json { return say(kind.json.prettyText) }
    var text = "\(kind.name): \(kind.summary)\n\n  \(kind.usage)\n\n\(kind.details)\n"
    if !kind.arguments.isEmpty {
      text += "\nArguments\n"
      for argument in kind.arguments {
        text += "  \(argument.name) (\(argument.type); \(argument.fallback.map { "default \($0)" } ?? "required")): \(argument.meaning)\n"
      }
    }
    text += "\nExamples\n"
    for example in kind.examples { text += example.text }
    say(visible(text, keepingLines: true))
  }
}

extension CheckKind {
  fileprivate var json: JSON {
    let arguments = arguments.map { argument in
      JSON.object([
        ("name", .string(argument.name)), ("type", .string(argument.type)), ("default", argument.fallback.map(JSON.string) ?? .null),
        ("meaning", .string(argument.meaning)),
      ])
    }
    return .object([
      ("name", .string(name)), ("summary", .string(summary)), ("usage", .string(usage)), ("details", .string(details)),
      ("arguments", .array(arguments)),
    ])
  }
}

extension CheckExample {
  /// The check, the answer and what comes of it; indented.
  fileprivate var text: String {
    let shown =
      answer.text.map { "\"\(visible($0.count > 100 ? $0.prefix(100) + "…" : $0[...]))\"" }
      ?? (answer.toolCalls.isEmpty ? "no text" : "no text,")
    let calls = answer.toolCalls.map { " \($0.name)(\($0.arguments.compactText))" }.joined()
    let took = answer.latency.map { " after \($0.short)" } ?? ""
    let price = cost.map { " for \($0)" } ?? ""
    let wanted = expected.map { "  expected: \($0)" } ?? ""
    return "  \(check)\(wanted)\n    \(shown)\(calls)\(took)\(price) → \(gives.rawValue)\(note.isEmpty ? "" : "  (\(note))")\n"
  }
}
