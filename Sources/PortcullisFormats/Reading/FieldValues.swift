package import PortcullisCore

// One value of each kind users write (formats.md, first table): the value that was meant, or nil with the problem reported.
// `name` is what the field is called in messages: its key.

extension FileProblems {
  /// Text. A plain YAML scalar that is no number, `true` or `null` is text; one that other readers take for something else gets a warning.
  package func text(_ node: Node, _ name: String) -> String? {
    guard let scalar = scalar(node, name, wanted: "text") else { return nil }
    switch scalar.resolved {
    case .text:
      if let surprise = scalar.surpriseAsText {
        warning(
          "\(scalar.shown) is text here, but \(surprise) to other YAML readers", at: node.position,
          help: "write it in quotes: \"\(scalar.text)\"")
      }
      return scalar.text
    case .null:
      error("'\(name)' is null; it must be text", at: node.position, help: "leave the key out, or give it a text")
    case .bool, .number:
      error("'\(name)' is \(scalar.text); it must be text", at: node.position, help: "write it in quotes: \"\(scalar.text)\"")
    }
    return nil
  }

  /// A word for people to read, such as a tag's value or a version: text, or a number or `true` exactly as written.
  package func label(_ node: Node, _ name: String) -> String? {
    guard let scalar = scalar(node, name, wanted: "text") else { return nil }
    switch scalar.resolved {
    case .text: return text(node, name)
    case .null: return text(node, name)
    case .number, .bool: return scalar.text
    }
  }

  package func share(_ node: Node, _ name: String, in range: ClosedRange<Double> = 0...1) -> Double? {
    guard let scalar = scalar(node, name, wanted: "a share") else { return nil }
    do {
      let value = try parseShare(scalar.text)
      guard !range.contains(value) else { return value }
      let couldBePercent = !scalar.text.hasSuffix("%") && range.contains(value / 100) && value > 0
      error(
        "'\(name)' is \(scalar.text); it must be from \(shown(range.lowerBound)) to \(shown(range.upperBound))", at: node.position,
        help: couldBePercent ? "did you mean '\(scalar.text)%'?" : nil)
    } catch let problem { report(problem, name, node) }
    return nil
  }

  package func duration(_ node: Node, _ name: String) -> Duration? {
    guard let scalar = scalar(node, name, wanted: "a duration") else { return nil }
    do { return try parseDuration(scalar.text) } catch { report(error, name, node) }
    return nil
  }

  package func money(_ node: Node, _ name: String) -> Money? {
    guard let scalar = scalar(node, name, wanted: "an amount of money") else { return nil }
    do { return try Money(parsing: scalar.text) } catch { report(error, name, node) }
    return nil
  }

  package func rate(_ node: Node, _ name: String) -> Int? {
    guard let scalar = scalar(node, name, wanted: "a rate") else { return nil }
    do { return try parseRate(scalar.text) } catch { report(error, name, node) }
    return nil
  }

  /// As a rate, but of things: `3000`, `60k`, `2M`.
  package func count(_ node: Node, _ name: String) -> Int? {
    guard let scalar = scalar(node, name, wanted: "a count") else { return nil }
    if let count = try? parseRate(scalar.text) { return count }
    error("'\(name)': '\(scalar.text)' is no count", at: node.position, help: "write a whole number above 0, as in '3000' or '60k'")
    return nil
  }

  package func int(_ node: Node, _ name: String, in range: ClosedRange<Int>) -> Int? {
    guard let scalar = scalar(node, name, wanted: "a whole number") else { return nil }
    if case .number(let number) = scalar.resolvedOrCell, number.double == number.double.rounded() {
      if let value = number.int, range.contains(value) { return value }
      error("'\(name)' is \(scalar.text); it must be \(limits(range))", at: node.position)
    } else {
      notANumber(scalar, name, "a whole number", node)
    }
    return nil
  }

  /// A finite number. `isAbove`: whether the lower bound itself is refused.
  package func number(_ node: Node, _ name: String, in range: ClosedRange<Double>, above isAbove: Bool = false) -> Double? {
    guard let scalar = scalar(node, name, wanted: "a number") else { return nil }
    guard case .number(let number) = scalar.resolvedOrCell else {
      notANumber(scalar, name, "a number", node)
      return nil
    }
    let value = number.double
    if range.contains(value), !isAbove || value > range.lowerBound { return value }
    let low = (isAbove ? "above " : "from ") + shown(range.lowerBound)
    let high = range.upperBound == .greatestFiniteMagnitude ? " on" : (isAbove ? " and at most " : " to ") + shown(range.upperBound)
    error("'\(name)' is \(scalar.text); it must be \(low)\(isAbove && high == " on" ? "" : high)", at: node.position)
    return nil
  }

  package func bool(_ node: Node, _ name: String) -> Bool? {
    guard let scalar = scalar(node, name, wanted: "true or false") else { return nil }
    if case .bool(let value) = scalar.resolvedOrCell { return value }
    let meant =
      ["yes": "true", "on": "true", "no": "false", "off": "false"][scalar.text.lowercased()]
      ?? nearestWord(to: scalar.text, among: ["true", "false"])
    error("'\(name)' is \(scalar.shown); it must be true or false", at: node.position, help: meant.map { "did you mean \($0)?" })
    return nil
  }

  /// One of some words.
  package func word(_ node: Node, _ name: String, among choices: [String]) -> String? {
    guard let scalar = scalar(node, name, wanted: "a word") else { return nil }
    if choices.contains(where: { sameBytes($0, scalar.text) }) { return scalar.text }
    error("'\(name)' is \(scalar.shown), which is unknown", at: node.position, help: suggestion(for: scalar.text, among: choices))
    return nil
  }

  package func oneOf<Word: RawRepresentable<String> & CaseIterable>(_ node: Node, _ name: String, _: Word.Type = Word.self) -> Word? {
    if let text = node.scalar?.text, let word = Word(rawValue: text), sameBytes(word.rawValue, text) { return word }
    return word(node, name, among: Word.allCases.map(\.rawValue)).flatMap(Word.init(rawValue:))
  }

  package func list(_ node: Node, _ name: String) -> [Node]? {
    if let nodes = node.sequence { return nodes }
    error("'\(name)' is \(node.shown); it must be a list", at: node.position)
    return nil
  }

  /// A list of texts; a single text is a list of one.
  package func texts(_ node: Node, _ name: String) -> [String]? {
    if node.scalar != nil { return text(node, name).map { [$0] } }
    return list(node, name)?.compactMap { text($0, name) }
  }

  /// The entries of a mapping whose keys the user chooses.
  package func entries(_ node: Node, _ name: String) -> [Node.Entry]? {
    if let entries = node.mapping { return entries }
    error("'\(name)' is \(node.shown); it must be a mapping", at: node.position)
    return nil
  }

  /// Any value as JSON. Warns where a plain scalar's spelling promises something else than what is kept.
  package func json(_ node: Node) -> JSON {
    switch node.content {
    case .sequence(let nodes): return .array(nodes.map(json))
    case .mapping(let entries): return .object(entries.map { ($0.key, json($0.value)) })
    case .scalar(let scalar):
      switch scalar.resolved {
      case .null: return .null
      case .bool(let value): return .bool(value)
      case .number(let number):
        if scalar.isNumberThatLosesDigits {
          warning(
            "\(scalar.shown) is the number \(canonicalNumber(number.double)) here", at: node.position,
            help: "write it in quotes if its spelling matters: \"\(scalar.text)\"")
        }
        return .number(number)
      case .text:
        if let surprise = scalar.surpriseAsText {
          warning(
            "\(scalar.shown) is text here, but \(surprise) to other YAML readers", at: node.position,
            help: "write it in quotes: \"\(scalar.text)\"")
        }
        return .string(scalar.text)
      }
    }
  }

  private func scalar(_ node: Node, _ name: String, wanted: String) -> Scalar? {
    if let scalar = node.scalar { return scalar }
    error("'\(name)' is \(node.shown); it must be \(wanted)", at: node.position)
    return nil
  }

  private func report(_ problem: UnitProblem, _ name: String, _ node: Node) {
    error("'\(name)': \(problem.message)", at: node.position, help: problem.help)
  }

  private func notANumber(_ scalar: Scalar, _ name: String, _ wanted: String, _ node: Node) {
    let isQuotedNumber = scalar.style == .quoted && plainNumber(scalar.text) != nil
    error(
      "'\(name)' is \(scalar.shown); it must be \(wanted)", at: node.position,
      help: isQuotedNumber ? "a number is written without quotes" : nil)
  }

  private func shown(_ value: Double) -> String { canonicalNumber(value) }

  private func limits(_ range: ClosedRange<Int>) -> String {
    range.upperBound == .max ? "\(range.lowerBound) or more" : "from \(range.lowerBound) to \(range.upperBound)"
  }
}
