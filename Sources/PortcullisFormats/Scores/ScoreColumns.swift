package import PortcullisCore

/// What a column of a scores file may mean; formats.md §10.
enum ScoreField: Hashable, CaseIterable {
  case id, score, cluster, repeatIndex, latency, cost

  /// Our own name, and other names tools give it.
  var names: [String] {
    switch self {
    case .id: ["id", "case", "case_id"]
    case .score: ["score", "passed", "pass", "success"]
    case .cluster: ["cluster"]
    case .repeatIndex: ["repeat"]
    case .latency: ["latency_ms"]
    case .cost: ["cost_micro_usd"]
    }
  }
}

/// Which columns of both files are read, and as what: the usual names, or those of `--columns`.
package struct ScoreColumns: Sendable {
  enum Meaning: Hashable {
    case field(ScoreField)
    /// By the dimension's name.
    case slice(String)

    var name: String {
      switch self {
      case .field(let field): field.names[0]
      case .slice(let name): ScoreColumns.slicePrefix + name
      }
    }
  }

  static let slicePrefix = "slice."
  private var meanings: [(name: String, meaning: Meaning)]

  /// The usual names.
  package init() { meanings = ScoreField.allCases.flatMap { field in field.names.map { ($0, .field(field)) } } }

  /// The usual names, and `ours=theirs` pairs in their place, as in `id=question_id,score=acc`.
  package init(_ pairs: String) throws(Diagnostic) {
    self.init()
    var named = [Meaning](), taken = [String]()
    for pair in pairs.split(separator: ",", omittingEmptySubsequences: false) {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, !parts[1].isEmpty else {
        throw Diagnostic(.error, "'\(pair)' is no column", help: "write ours=theirs, as in 'id=question_id,score=acc'")
      }
      let meaning = try ScoreColumns.meaning(ofOurs: parts[0])
      guard !named.contains(meaning) else {
        throw Diagnostic(.error, "'\(parts[0])' is given twice", help: "a column has one name in both files")
      }
      guard !taken.contains(where: { sameBytes($0, parts[1]) }) else {
        throw Diagnostic(.error, "'\(parts[1])' is given two meanings", help: "a column is read as one thing")
      }
      named.append(meaning)
      taken.append(parts[1])
      meanings.removeAll { $0.meaning == meaning }
      meanings.append((parts[1], meaning))
    }
    // A column that was given another meaning has lost its usual one.
    meanings.removeAll { entry in !named.contains(entry.meaning) && taken.contains { sameBytes($0, entry.name) } }
  }

  private static func meaning(ofOurs word: String) throws(Diagnostic) -> Meaning {
    if let field = ScoreField.allCases.first(where: { sameBytes($0.names[0], word) }) { return .field(field) }
    if word.hasPrefix(slicePrefix), word != slicePrefix { return .slice(String(word.dropFirst(slicePrefix.count))) }
    let known = ScoreField.allCases.map { $0.names[0] } + [slicePrefix + "NAME"]
    throw Diagnostic(.error, "'\(word)' is no column of ours", help: suggestion(for: word, among: known))
  }

  /// What a column of this name means; nil where it is not read.
  func meaning(of name: String) -> Meaning? {
    if let entry = meanings.first(where: { sameBytes($0.name, name) }) { return entry.meaning }
    guard name.hasPrefix(ScoreColumns.slicePrefix), name != ScoreColumns.slicePrefix else { return nil }
    let slice = Meaning.slice(String(name.dropFirst(ScoreColumns.slicePrefix.count)))
    return meanings.contains { $0.meaning == slice } ? nil : slice
  }

  /// The names by which a field is found, for messages.
  func names(of field: ScoreField) -> [String] { meanings.filter { $0.meaning == .field(field) }.map(\.name) }
}
