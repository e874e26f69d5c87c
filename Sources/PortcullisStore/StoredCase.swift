import GRDB
import PortcullisCore
import PortcullisGate

// A case is stored in two parts. What the tally must know (beside id and cluster, which have columns) is a document that most cases of
// an evalset share: written once, parsed once. The body holds the rest of the case's own JSON.

private let factNames = ["evalset", "severity", "behaviour", "tags", "incident", "quarantine"]

/// Writes cases of a new run within one transaction; a text that several of them share is looked up once.
struct CaseWriter {
  private let store: Store
  private let run: Int
  private let db: Database
  private let find: RawStatement
  private let addContent: RawStatement
  private let addCase: RawStatement
  private let addTrials: RawStatement
  private var documents: [String: Int] = [:]
  private var prompts: Set<Digest> = []
  private var lastChecks: JSON?

  init(store: Store, run: Int64, db: Database) throws {
    self.store = store
    self.run = Int(run)
    self.db = db
    find = try RawStatement("SELECT id FROM case_content WHERE digest = ?", in: db)
    addContent = try RawStatement("INSERT INTO case_content (digest, case_id, cluster, facts, body) VALUES (?, ?, ?, ?, ?)", in: db)
    addCase = try RawStatement("INSERT INTO run_case (run, ordinal, content) VALUES (?, ?, ?)", in: db)
    addTrials = try RawStatement("INSERT INTO round_case (run, ordinal, round, first_repeat, trials) VALUES (?, ?, 0, 0, ?)", in: db)
  }

  mutating func add(_ testCase: Case, _ digest: Digest, ordinal: Int, trials: Int) throws {
    let content = try row(of: testCase, digest)
    for value in [run, ordinal, content] { addCase.bind(value) }
    try addCase.run()
    for value in [run, ordinal, trials] { addTrials.bind(value) }
    try addTrials.run()
  }

  /// The row of the case's content, which may be there from an earlier run.
  private mutating func row(of testCase: Case, _ digest: Digest) throws -> Int {
    find.bind(blob: digest.bytes)
    if try find.step() {
      defer { find.reset() }
      return find.int(0)
    }
    if case .template(let prompt) = testCase.input, prompts.insert(prompt.digest).inserted {
      _ = try store.documentID(prompt.text, prompt.digest, in: db)
    }
    // Large data sets have one list of checks for all cases: where a case has those of the one before it, they are shared too.
    var shared = factNames
    let json = testCase.json
    if let checks = json["checks"] {
      if checks == lastChecks { shared.append("checks") }
      lastChecks = checks
    }
    let facts = try document(.object(present: shared.map { ($0, json[$0]) }))
    var body = json.object ?? JSONObject()
    body.members.removeAll { shared.contains($0.name) || $0.name == "id" || $0.name == "cluster" }
    addContent.bind(blob: digest.bytes)
    addContent.bind(text: Array(testCase.id.text.utf8))
    addContent.bind(text: testCase.cluster.map { Array($0.utf8) })
    addContent.bind(facts)
    addContent.bind(text: JSON.object(body).compactBytes)
    try addContent.run()
    return Int(db.lastInsertedRowID)
  }

  private mutating func document(_ json: JSON) throws -> Int {
    let text = json.compactText
    if let row = documents[text] { return row }
    let row = Int(try store.documentID(text, Digest(of: text), in: db))
    documents[text] = row
    return row
  }
}

/// Reads cases, parsing shared documents once; bounded, since an evalset may tag every case differently.
struct CaseReader {
  /// Of `c`, a row of `case_content`; what `testCase` reads.
  static let columns = "c.digest, c.case_id, c.cluster, c.facts, c.body"

  let store: Store
  let db: Database
  private var known: [Int: (members: JSONObject, facts: Case)] = [:]

  init(store: Store, db: Database) {
    self.store = store
    self.db = db
  }

  /// - Parameter first: The column of the statement where `columns` begin.
  mutating func testCase(_ row: RawStatement, from first: Int32) throws -> (testCase: Case, digest: Digest) {
    let shared = try shared(row.int(first + 3)).members
    let rest = (try? JSON(parsing: row.bytes(first + 4)))?.object
    var whole = JSONObject()
    whole["id"] = row.text(first + 1).map(JSON.string)
    whole["cluster"] = row.text(first + 2).map(JSON.string)
    whole.members += shared.members + (rest?.members ?? [])
    var problem: (any Error)?
    let read = Case(json: .object(whole)) { digest in
      do { return try store.prompt(digest, in: db) } catch {
        problem = error
        return nil
      }
    }
    if let problem { throw problem }
    guard let read, let digest = Digest(bytes: row.bytes(first)) else {
      throw StoreError.corrupt(path: store.path, detail: "a stored case cannot be read")
    }
    return (read, digest)
  }

  /// - Parameter metrics: Of `metrics(_:body:)`, where they are wanted.
  mutating func facts(_ row: Int, id: String?, cluster: String?, plannedTrials: Int, metrics: [CaseMetric] = []) throws -> CaseFacts {
    guard let id = id.flatMap(CaseID.init) else { throw StoreError.corrupt(path: store.path, detail: "a case has no valid id") }
    let shared = try shared(row).facts
    return CaseFacts(
      id: id, evalset: shared.evalset, severity: shared.severity, behaviour: shared.behaviour, tags: shared.tags, cluster: cluster,
      incident: shared.incident, isQuarantined: shared.quarantine != nil, metrics: metrics, plannedTrials: plannedTrials)
  }

  /// The metrics that the checks of a case carry. Its body is parsed only where it may name one.
  ///
  /// - Parameters:
  ///   - row: Of its shared facts.
  ///   - body: The rest of its JSON.
  mutating func metrics(_ row: Int, body: [UInt8]) throws -> [CaseMetric] {
    let shared = try shared(row).members
    var parts = [shared["checks"]]
    if namesMetric(body) {
      guard let rest = (try? JSON(parsing: body))?.object else {
        throw StoreError.corrupt(path: store.path, detail: "a stored case cannot be read")
      }
      parts += [rest["checks"]] + (rest["turns"]?.array ?? []).map { $0["checks"] }
    }
    let checks = try parts.flatMap { try ($0?.array ?? []).map(check) }
    return Case.metrics(of: checks)
  }

  private func check(_ json: JSON) throws -> CheckSpec {
    guard let check = CheckSpec(json: json) else { throw StoreError.corrupt(path: store.path, detail: "a stored check cannot be read") }
    return check
  }

  private mutating func shared(_ row: Int) throws -> (members: JSONObject, facts: Case) {
    if let found = known[row] { return found }
    let text = try String.fetchOne(try db.cachedStatement(sql: "SELECT body FROM document WHERE id = ?"), arguments: [row])
    guard let text, let members = (try? JSON(parsing: text))?.object, let facts = Self.caseOfFacts(members) else {
      throw StoreError.corrupt(path: store.path, detail: "the facts of a case cannot be read")
    }
    if known.count >= 1024 { known.removeAll() }
    known[row] = (members, facts)
    return (members, facts)
  }

  /// A case with these facts and nothing else.
  private static func caseOfFacts(_ members: JSONObject) -> Case? {
    var object = members
    object["id"] = .string("facts")
    object["messages"] = .array([])
    object["checks"] = .array([])
    return Case(json: .object(object)) { _ in nil }
  }
}
