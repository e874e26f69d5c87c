import Foundation
import PortcullisCore
import PortcullisFormats
import PortcullisGate
import PortcullisStore

/// Finds the candidate that a person means: the ledger goes by digests, people by names.
struct CandidateChoice {
  /// The config's path; nil where there is none.
  let config: String?
  let sets: [String]

  /// - Parameters:
  ///   - text: `sha256:` and at least 8 digits of a digest in the ledger; a target of the config or `provider:model@base_url`, which is the target as
  ///     the config has it now; else a name in the ledger that only one digest bears. nil: the config's candidate.
  func find(_ text: String?, in entries: [LedgerEntry]) throws -> LedgerCandidate {
    let known = candidates(entries)
    guard let text else {
      guard let config else {
        throw CommandFailure(
          "no candidate is named, and there is no portcullis.yaml to name one", help: hint(known) ?? "name a candidate", code: .badInput)
      }
      return candidate(try load(config).requiredCandidate())
    }
    if text.hasPrefix("sha256:") { return try byDigest(text, known) }
    if let config {
      if text.contains(":") { return candidate(try load(config, candidate: text).requiredCandidate()) }
      if let target = try load(config).target(named: text) { return candidate(target) }
    }
    let found = known.filter { sameBytes($0.name, text) }
    if found.count == 1 { return found[0] }
    throw CommandFailure(
      found.isEmpty ? "the ledger knows no candidate '\(visible(text))'" : "\(found.count) candidates are called '\(visible(text))'",
      help: found.isEmpty
        ? hint(known) ?? "a candidate enters the ledger with its first decision: run 'portcullis gate'"
        : "name one by its digest: " + found.map(\.digest.description).joined(separator: ", "), code: .badInput)
  }

  private func load(_ path: String, candidate: String? = nil) throws -> Config {
    try loadConfig(
      path: path, overrides: ConfigOverrides(candidate: candidate, sets: sets), environment: ProcessInfo.processInfo.environment)
  }

  private func candidate(_ target: Target) -> LedgerCandidate { LedgerCandidate(digest: target.digest, name: target.name) }

  private func byDigest(_ text: String, _ known: [LedgerCandidate]) throws -> LedgerCandidate {
    let found = known.filter { $0.digest.description.hasPrefix(text) }
    guard text.utf8.count >= "sha256:".utf8.count + 8, found.count == 1 else {
      throw CommandFailure(
        found.count > 1 ? "'\(visible(text))' begins more than one candidate" : "the ledger knows no candidate '\(visible(text))'",
        help: found.count == 1 ? "write at least 8 digits of it" : hint(known), code: .badInput)
    }
    return found[0]
  }

  /// Each digest once, under its latest name.
  private func candidates(_ entries: [LedgerEntry]) -> [LedgerCandidate] {
    var names: [Digest: String] = [:], order: [Digest] = []
    for candidate in entries.compactMap(\.event.candidate) {
      if names.updateValue(candidate.name, forKey: candidate.digest) == nil { order.append(candidate.digest) }
    }
    return order.compactMap { digest in names[digest].map { LedgerCandidate(digest: digest, name: $0) } }
  }

  private func hint(_ known: [LedgerCandidate]) -> String? {
    known.isEmpty ? nil : "the ledger knows " + known.suffix(5).map { "\(visible($0.name)) (\($0.short))" }.joined(separator: ", ")
  }
}

extension LedgerCandidate {
  /// Enough of the digest to name it.
  var short: String { "sha256:" + digest.hex.prefix(12) }
}

/// `--by NAME`, for commands that write what a person answers for.
func personsName(_ name: String) throws -> String {
  if let trouble = problem(inName: name) {
    throw CommandFailure("--by: \(trouble)", help: "name the person who answers for this", code: .usage)
  }
  return name
}

/// Ends the command where the ledger was changed: nothing that it says can be built on.
func requireWhole(_ ledger: StoredLedger) throws {
  let faults = ledger.faults()
  guard faults.isEmpty else { throw BrokenLedger(faults: faults) }
}

/// A ledger with its faults, as an error of a command.
struct BrokenLedger: Error {
  let faults: [LedgerFault]

  var failure: CommandFailure {
    CommandFailure(
      "the promotion ledger was changed: " + faults.map { visible($0.words) }.joined(separator: "\n  "),
      help: "nothing was written; 'portcullis history --verify' says how to go on", code: .badInput)
  }
}
