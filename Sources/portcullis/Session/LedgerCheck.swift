import Foundation
import PortcullisCore
import PortcullisFormats
import PortcullisGate
import PortcullisStore

/// `history --verify`: the store's ledger, or an exported one and the store's beside it where there is one.
struct LedgerCheck {
  let file: String?
  let head: String?
  let place: StorePlace

  func run() throws {
    let kept = try head.map { LedgerWitness("'\($0)'", try keptHead($0), mayLag: true) }
    let witnesses = kept.map { [$0] } ?? []
    if let file { return try check(file, witnesses) }
    let store = try place.open()
    try store.publishHead()
    let ledger = try store.ledger()
    let faults = ledger.faults(against: witnesses)
    try store.close()
    try tell(
      faults, "the promotion ledger", ledger.records, head: ledger.head,
      remedy: ledger.headRemedy(store.headPath, faults: faults) ?? Self.remedy)
  }

  private func check(_ file: String, _ witnesses: [LedgerWitness]) throws {
    let (head, records) = try exported(file)
    var witnesses = witnesses, faults: [LedgerFault] = [], known: [Int: LedgerRecord] = [:], remark: String?
    if let head {
      witnesses.append(LedgerWitness("its first line", head))
    } else {
      faults.append(LedgerFault(.headless, nil, "its first line is no head of a ledger: whether its end was cut cannot be told"))
    }
    if let store = try place.openExisting() {
      let ledger = try store.ledger()
      try store.close()
      for record in ledger.records { if let number = record.entry?.number { known[number] = record } }
      let count = ledger.head?.entries ?? ledger.records.count
      if records.count < count {
        remark = "the store has gone on since: it has \(count) entries, the file \(records.count)"
      } else if let head = ledger.head {
        witnesses.append(LedgerWitness("the store's head", head))
      }
      faults += ledger.faults().map { LedgerFault($0.kind, $0.number, "in the store: \($0.words)") }
    } else {
      remark = "there is no store beside it: held against its own first line only"
    }
    faults = verify(records, against: witnesses, known: known) + faults
    try tell(faults, "'\(visible(file))'", records, head: head, remark: remark, remedy: Self.remedy)
  }

  private func tell(
    _ faults: [LedgerFault], _ what: String, _ records: [LedgerRecord], head: LedgerHead?, remark: String? = nil, remedy: String
  ) throws {
    guard faults.isEmpty else {
      for fault in faults { say("\(fault.kind.rawValue)  \(visible(fault.words))") }
      note("error: \(what) was changed: \(plural(faults.count, "fault"))\n  help: \(remedy)")
      throw Exit(code: .badInput)
    }
    say("whole  \(what): \(entries(records.count)), head \((head ?? .empty).hash)")
    if let remark { say("  \(remark)") }
    say("  nothing is signed: who rewrites the ledger and every head leaves no trace; keep an export or 'ledger.head' elsewhere")
  }

  private static let remedy =
    "find out who wrote to it; take the entries from an export or a backup, and have decided again what cannot be trusted"

  /// The head and the entries of an export. A line that is no JSON is an entry that cannot be read, not the end of the check.
  private func exported(_ path: String) throws -> (head: LedgerHead?, records: [LedgerRecord]) {
    let files = try ProjectFiles(root: ".")
    let bytes = try files.file(given: path, limit: 1 << 30).readAll()
    let lines = bytes.split(separator: UInt8(ascii: "\n")).map { try? JSON(parsing: Array($0)) }
    guard let first = lines.first else {
      throw CommandFailure("'\(visible(path))' is empty", help: "'portcullis history --export FILE' writes one", code: .badInput)
    }
    let head = first.flatMap { LedgerHead(line: $0) }
    return (head, lines.dropFirst(head == nil ? 0 : 1).map { LedgerRecord(line: $0 ?? .null) })
  }

  private func keptHead(_ path: String) throws -> LedgerHead {
    let bytes = try ProjectFiles(root: ".").file(given: path, limit: 4096).readAll()
    guard let head = LedgerHead(String(decoding: bytes, as: UTF8.self)) else {
      throw CommandFailure("'\(visible(path))' holds no head of a ledger", help: "it is one line, as in '12 sha256:…'", code: .badInput)
    }
    return head
  }
}

extension StoredLedger {
  /// What to do where nothing but the file with the head is wrong; nil otherwise.
  fileprivate func headRemedy(_ path: String?, faults: [LedgerFault]) -> String? {
    guard let path, let head, !faults.isEmpty, faults.allSatisfy({ $0.kind == .headless }) else { return nil }
    return "bring '\(path)' back; if the store was moved without it, and you trust the ledger, write this one line into it: \(head)"
  }
}
