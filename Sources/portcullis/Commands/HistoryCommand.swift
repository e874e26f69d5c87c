import ArgumentParser
import PortcullisCore
import PortcullisFormats
import PortcullisGate
import PortcullisStore

struct HistoryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history",
    abstract: "The promotion ledger: decisions, opened stages, waivers, signatures, rollbacks.",
    discussion: """
      EXAMPLES
        portcullis history
        portcullis history --candidate sha256:12ab34cd56ef
        portcullis history --export ledger.jsonl
        portcullis history --verify
        portcullis history --verify ledger.jsonl

      Every entry holds the hash of the one before, and the last hash is kept
      apart, so an entry that was edited, cut, moved or added is named (65).
      Whoever can rewrite the store, the file 'ledger.head' and every export
      leaves no trace: nothing in it is signed. Keep an export elsewhere.
      """)

  @Argument(help: ArgumentHelp("With --verify: an exported ledger (default: the store's).", valueName: "file"))
  var file: String?

  @Flag(help: "Check the hash chain and say what was changed.")
  var verify = false

  @Option(help: ArgumentHelp("With --verify: a copy of 'ledger.head' that was kept elsewhere.", valueName: "file"))
  var head: String?

  @Option(help: ArgumentHelp("Only this candidate: a name, or the beginning of a digest.", valueName: "candidate"))
  var candidate: String?

  @Option(help: ArgumentHelp("Write the ledger as JSON Lines.", valueName: "file"))
  var export: String?

  @Flag(help: "Print the ledger as JSON Lines on standard output.")
  var json = false

  @OptionGroup var place: StorePlace

  func validate() throws {
    if !verify, let file { throw ValidationError("'\(visible(file))' is a file to verify: write '--verify \(visible(file))'") }
    if !verify, head != nil { throw ValidationError("--head is what --verify holds the ledger against") }
    if verify, candidate != nil || export != nil || json {
      throw ValidationError(
        "--verify looks at the whole ledger and prints what is wrong; it goes with none of --candidate, --export, --json")
    }
    if candidate != nil, export != nil { throw ValidationError("--export writes the whole ledger; a part of it could not be verified") }
    if json, export != nil { throw ValidationError("--json prints what --export writes: which of the two is meant?") }
  }

  func run() throws {
    if verify { return try LedgerCheck(file: file, head: head, place: place).run() }
    let store = try place.open()
    try store.publishHead()
    let ledger = try store.ledger()
    if let export {
      try replaceFile(export, what: "the export") { sink in for line in ledger.exportLines { try sink.write(line.compactText + "\n") } }
      note("\(entries(ledger.records.count)) written to '\(visible(export))'")
    } else if json {
      for line in candidate == nil ? ledger.exportLines : ledger.records.filter(isWanted).map(\.line) { say(line.compactText) }
    } else {
      list(ledger.records.filter(isWanted))
    }
    let faults = ledger.faults()
    try store.close()
    guard faults.isEmpty else { throw BrokenLedger(faults: faults) }
  }

  private func isWanted(_ record: LedgerRecord) -> Bool {
    guard let candidate else { return true }
    guard let named = record.entry?.event.candidate else { return false }
    return sameBytes(named.name, candidate) || candidate.hasPrefix("sha256:") && named.digest.description.hasPrefix(candidate)
  }

  private func list(_ records: [LedgerRecord]) {
    let rows = records.map { $0.entry?.row ?? ["?", "", "", "this entry cannot be read"] }
    guard !rows.isEmpty else {
      return say(candidate == nil ? "the ledger is empty: 'portcullis gate' writes its first entry" : "no entry of this candidate")
    }
    let widths = (0..<3).map { column in rows.map { $0[column].count }.max() ?? 0 }
    for row in rows {
      let number = String(repeating: " ", count: widths[0] - row[0].count) + row[0]
      let cells = (1..<3).map { row[$0].padding(to: widths[$0]) }
      say("\(number)  \(cells.joined(separator: "  "))  \(row[3])")
    }
  }
}

extension StoredLedger {
  /// The head, then an entry each.
  var exportLines: [JSON] { [(head ?? .empty).line] + records.map(\.line) }
}

/// `1 entry`, `3 entries`.
func entries(_ count: Int) -> String { count == 1 ? "1 entry" : "\(count) entries" }

extension String {
  fileprivate func padding(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
