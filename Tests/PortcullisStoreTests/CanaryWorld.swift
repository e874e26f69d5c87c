import PortcullisCore
import PortcullisGate

@testable import PortcullisStore

// Builders for canaries and their messages.

extension Store {
  @discardableResult func sampleCanary(_ name: String = "summer") throws -> CanaryRecord {
    try startCanary(
      NewCanary(
        name: name, candidate: ("new", Digest(of: "new")), production: ("old", Digest(of: "old")),
        policy: .object([("deadline", .int(72))]), facts: .object([("version", .string("1.0.0"))]), state: .object([("seen", .int(0))]),
        startedAt: someTime))
  }
}

func keys(_ ids: String...) -> [ObservationKey] { ids.map { ObservationKey($0) } }

func step(_ ids: [String], seen: Int, looks: [NewLook] = [], messages: [NewMessage] = []) -> CanaryStep {
  CanaryStep(
    observations: ids.map { ObservationKey($0) }, state: .object([("seen", .int(seen))]), verdict: .continue, looks: looks,
    messages: messages)
}

func look(_ hours: Double, _ verdict: CanaryLook.Verdict = .continue) -> NewLook {
  NewLook(hours: hours, verdict: verdict, exitCode: verdict.exitCode, body: .object([("verdict", .string(verdict.rawValue))]))
}

let rollbackMessage = NewMessage(
  event: "rollback", kind: .rollback, destination: .command(["./shift.sh", "0%"], folder: "/srv/deploy"),
  body: .object([("event", .string("rollback"))]))
