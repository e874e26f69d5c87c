import PortcullisCore
import PortcullisGate
import PortcullisStatistics
import Testing

/// Alerts: raised once, resolved when over, and never a verdict.
struct CanaryAlertTests {
  private func alerts(_ stream: [Observation], _ alerts: [CanaryAlert] = CanaryAlert.standard, until end: Double) -> [(String, String)] {
    var policy = canaryPolicy(
      [.noRegression(CanaryRegressionRule(margin: 0.001)), .latency(LatencyRule(limit: .absolute(.seconds(1))))], deadline: 1000)
    policy.rules[1].advisory = true
    policy.alerts = alerts
    var canary = Canary(policy)
    for observation in stream { canary.observe(observation) }
    canary.tick(at: end)
    return canary.takeEvents().compactMap { event in
      switch event.kind {
      case .alertRaised(let notice): ("raised", notice.key)
      case .alertResolved(let notice): ("resolved", notice.key)
      case .advance, .promote, .rollback, .hold: nil
      }
    }
  }

  private func check(_ found: [(String, String)], _ known: [(String, String)]) {
    #expect(found.map(\.0) == known.map(\.0) && found.map(\.1) == known.map(\.1), "\(found)")
  }

  @Test func quietTrafficRaisesNothing() { check(alerts(Traffic(perHour: 100, hours: 60).observations(1), until: 60), []) }

  @Test func failuresPageOnceAndResolve() {
    let stream = Traffic(perHour: 300, hours: 12).observations(1) { observation, index in
      if observation.arm == .candidate, (4...6).contains(observation.time), index % 5 == 0 { observation.failure = .timeout }
    }
    check(alerts(stream, until: 12), [("raised", "page:error-rate"), ("resolved", "page:error-rate")])
  }

  @Test func slownessPagesAgainstTheLatencyRule() {
    let stream = Traffic(perHour: 300, hours: 12).observations(1) { observation, index in
      if observation.arm == .candidate, (4...6).contains(observation.time), index % 20 == 0 { observation.latency = .seconds(3) }
    }
    check(alerts(stream, until: 12), [("raised", "page:latency"), ("resolved", "page:latency")])
  }

  @Test func silencePagesByArm() {
    let stream = Traffic(perHour: 60, hours: 12).observations(1).filter { $0.arm == .production || !(3...8).contains($0.time) }
    check(
      alerts(stream, until: 15),
      [
        ("raised", "page:no-data:candidate"), ("resolved", "page:no-data:candidate"), ("raised", "page:no-data:candidate"),
        ("raised", "page:no-data:production"),
      ])
  }

  @Test func costsOfTheCandidateMakeATicket() {
    let stream = Traffic(perHour: 100, hours: 12).observations(1) { observation, _ in
      if observation.arm == .candidate { observation.costMicro = 1300 }
    }
    check(alerts(stream, until: 12), [("raised", "ticket:cost")])
  }

  @Test func costsAreComparedWeekOverWeek() {
    let stream = Traffic(perHour: 10, hours: 510).observations(1) { observation, _ in
      // Both arms become dearer in the second week: only the week before tells.
      if observation.time > 168 { observation.costMicro = observation.costMicro.map { $0 * 2 } }
    }
    check(
      alerts(stream, [CanaryAlert(.cost(increase: 0.2), tier: .ticket)], until: 510),
      [("raised", "ticket:cost"), ("resolved", "ticket:cost")])
  }

  @Test func fallingQualityAndCacheHitsMakeTickets() {
    let stream = Traffic(perHour: 100, hours: 40).observations(1) { observation, index in
      guard observation.arm == .candidate, observation.time > 20 else { return }
      observation.cacheHit = false
      if index % 4 == 0 { observation.score = 0 }
    }
    let found = alerts(stream, until: 40)
    // The canary itself rolls back at the loss, which ends all alerts.
    #expect(found.contains { $0 == ("raised", "ticket:cache-hits") } || found.contains { $0 == ("raised", "ticket:quality") }, "\(found)")
    #expect(found.count { $0.0 == "raised" } == found.count { $0.0 == "resolved" })
  }

  @Test func anEndedCanaryResolvesWhatIsOpen() {
    let stream = Traffic(perHour: 300, hours: 12, candidate: 0.2).observations(1) { observation, _ in
      if observation.arm == .candidate { observation.failure = .server }
    }
    let found = alerts(
      stream.map { observation in
        var scored = observation
        if observation.time < 0.5 { scored.score = 1 }
        return scored
      }, until: 12)
    #expect(found.filter { $0.1 == "page:error-rate" }.map(\.0).prefix(2) != ["raised", "raised"])
  }
}
