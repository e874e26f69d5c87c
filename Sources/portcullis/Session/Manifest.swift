import Foundation
import PortcullisChecks
import PortcullisCore
import PortcullisFormats
import PortcullisGate

extension LoadedPlan {
  /// What a run was made of, for the store: enough to tell two plans apart and to report a run without its files. Holds no key.
  func manifest(reused: RunID?) -> JSON {
    .object(present: [
      ("evalsets", .array(evalsets.map { .object([("name", .string($0.name)), ("digest", .string($0.digest.description))]) })),
      ("arms", .array(arms.map { armJSON($0.arm, $0.target) })),
      (
        "judges",
        .array(
          judges.values.sorted { $0.name < $1.name }.map {
            .object([("name", .string($0.name)), ("digest", .string($0.digest.description))])
          })
      ),
      ("policy", policy.json), ("default_policy", policy.isDefault ? .bool(true) : nil), ("repeats", .int(repeats)), ("seed", .int(seed)),
      ("filter", filter.json), ("currency", currency.map(JSON.string)), ("reused", reused.map { .string($0.text) }),
      ("config", config.file.map(JSON.string)), ("git", gitJSON), ("host", .string(ProcessInfo.processInfo.hostName)),
      ("portcullis", .string(Portcullis.version)),
    ])
  }

  private func armJSON(_ arm: Arm, _ target: Target) -> JSON {
    .object(present: [
      ("arm", .string(arm.rawValue)), ("target", .string(target.name)), ("provider", .string(target.provider)),
      ("model", .string(target.model)),
      ("version", target.version.map(JSON.string)), ("digest", .string(target.digest.description)),
      ("concurrency", .int(target.limits.concurrency)),
    ])
  }

  private var gitJSON: JSON? {
    let git = GitFacts(folder: config.folder)
    return git.revision.map { .object(present: [("revision", .string($0)), ("dirty", git.isDirty.map(JSON.bool))]) }
  }

  /// Where a decision's evidence came from.
  func context(run: RunID, manifest: JSON) -> DecisionContext {
    DecisionContext(
      run: run,
      targets: arms.map { .init(arm: $0.arm, name: $0.target.name, model: $0.target.model, digest: $0.target.digest) },
      evalsets: evalsets.map { .init(name: $0.name, digest: $0.digest) },
      judges: judges.values.sorted { $0.name < $1.name }.map { .init(name: $0.name, digest: $0.digest) }, policyDigest: policy.digest,
      portcullisVersion: Portcullis.version, gitRevision: manifest["git"]?["revision"]?.string, gitDirty: manifest["git"]?["dirty"]?.bool,
      seed: seed,
      currency: currency, waivers: waivers)
  }
}
