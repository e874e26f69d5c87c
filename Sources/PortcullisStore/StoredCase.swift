import Foundation
import GRDB
import PortcullisCore
import PortcullisGate

// A case is stored in two parts. What the tally must know (beside id and cluster, which have columns) is a document that most cases of
// an evalset share: written once, parsed once. The body holds the rest of the case's own JSON.

private let factNames = ["evalset", "severity", "behaviour", "tags", "incident", "quarantine"]

/// Writes the cases of one transaction; a text that several of them share is looked up once.
struct CaseWriter {
  let store: Store
  let db: Database
  private var documents: [String: Int64] = [:]
  private var prompts: Set<Digest> = []
  private var lastChecks: JSON?

  init(store: Store, db: Database) {
    self.store = store
    self.db = db
  }

  /// The row of the case's content, which may be there from an earlier run.
  mutating func row(of testCase: Case, _ digest: Digest) throws -> Int64 {
    let key = Data(digest.bytes)
    let known = try db.cachedStatement(sql: "SELECT id FROM case_content WHERE digest = ?")
    if let row = try Int64.fetchOne(known, arguments: [key]) { return row }
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
    let body = (json.object?.members ?? []).filter { !shared.contains($0.name) && $0.name != "id" && $0.name != "cluster" }
    try db.cachedStatement(sql: "INSERT INTO case_content (digest, case_id, cluster, facts, body) VALUES (?, ?, ?, ?, ?)")
      .execute(arguments: [key, testCase.id.text, testCase.cluster, facts, JSON.object(body.map { ($0.name, $0.value) }).compactText])
    return db.lastInsertedRowID
  }

  private mutating func document(_ json: JSON) throws -> Int64 {
    let text = json.compactText
    if let row = documents[text] { return row }
    let row = try store.documentID(text, Digest(of: text), in: db)
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
  private var known: [Int64: (members: JSONObject, facts: Case)] = [:]

  init(store: Store, db: Database) {
    self.store = store
    self.db = db
  }

  /// - Parameter first: The column of the row where `columns` begin.
  mutating func testCase(_ row: Row, from first: Int) throws -> (testCase: Case, digest: Digest) {
    var members: [(String, JSON)] = [("id", .string(row[first + 1]))]
    if let cluster = row[first + 2] as String? { members.append(("cluster", .string(cluster))) }
    members += try shared(row[first + 3]).members.members.map { ($0.name, $0.value) }
    members += json(row, first + 4)?.object?.members.map { ($0.name, $0.value) } ?? []
    var problem: (any Error)?
    let read = Case(json: .object(members)) { digest in
      do { return try store.prompt(digest, in: db) } catch {
        problem = error
        return nil
      }
    }
    if let problem { throw problem }
    guard let read, let digest = Digest(bytes: bytes(row, first)) else {
      throw StoreError.corrupt(path: store.path, detail: "a stored case cannot be read")
    }
    return (read, digest)
  }

  mutating func facts(_ row: Int64, id: String?, cluster: String?, plannedTrials: Int) throws -> CaseFacts {
    guard let id = id.flatMap(CaseID.init) else { throw StoreError.corrupt(path: store.path, detail: "a case has no valid id") }
    let shared = try shared(row).facts
    return CaseFacts(
      id: id, evalset: shared.evalset, severity: shared.severity, behaviour: shared.behaviour, tags: shared.tags, cluster: cluster,
      incident: shared.incident, isQuarantined: shared.quarantine != nil, plannedTrials: plannedTrials)
  }

  private mutating func shared(_ row: Int64) throws -> (members: JSONObject, facts: Case) {
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
