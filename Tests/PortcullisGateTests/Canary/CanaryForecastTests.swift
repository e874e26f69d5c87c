import PortcullisCore
import PortcullisGate
import Testing

struct CanaryForecastTests {
  private func policy(_ shares: [Double], margin: Double, deadline: Double = 72, others: [CanaryRule] = []) -> CanaryPolicy {
    CanaryPolicy(
      stages: shares.map { CanaryStage(share: $0) }, deadline: deadline,
      rules: ([.noRegression(CanaryRegressionRule(margin: margin))] + others).map { CanaryPolicyRule($0) })
  }

  // statistics.md §12, `canary_plan` by the calculator: 51,000 and 135,900 requests.
  @Test func theSentenceOfTheIssue() throws {
    let forecast = try #require(CanaryForecast(policy([0.01], margin: 0.03), requestsPerHour: 2000))
    #expect(
      forecast.sentences == [
        "at 1 % of 2000 requests an hour, production 0.90 and margin 3 points, a loss of 5 points is seen after about 26 h and an equal "
          + "candidate is promoted after about 68 h"
      ])
    #expect(forecast.canDecide && forecast.conclusion == "an equal candidate is promoted after about 68 h, before the deadline of 72 h")
  }

  @Test func aPlanThatCannotDecideNamesTheShareAndTheMarginThatCould() throws {
    let forecast = try #require(CanaryForecast(policy([0.01], margin: 0.02), requestsPerHour: 2000))
    #expect(!forecast.canDecide)
    let (share, margin) = (try #require(forecast.remedy.share), try #require(forecast.remedy.margin))
    #expect(forecast.conclusion.contains("a share of \(percent(share)) or a margin of \(points(margin)) could decide"))
    #expect(CanaryForecast(policy([share], margin: 0.02), requestsPerHour: 2000)?.canDecide == true)
    #expect(CanaryForecast(policy([share - 0.001], margin: 0.02), requestsPerHour: 2000)?.canDecide == false)
    #expect(CanaryForecast(policy([0.01], margin: margin), requestsPerHour: 2000)?.canDecide == true)
    #expect(CanaryForecast(policy([0.01], margin: margin - 0.001), requestsPerHour: 2000)?.canDecide == false)
  }

  @Test func bakesOfLaterStagesAreAdded() throws {
    let forecast = try #require(CanaryForecast(policy([0.01, 0.05], margin: 0.05), requestsPerHour: 2000))
    #expect(forecast.promotedAfter == forecast.stages[0].equalPromotedAfter.map { max(24, $0) + 24 })
    #expect(forecast.sentences.count == 2)
  }

  // 0.05 against none: 103 clean answers for ln 20 + ln(1/0.15) at the largest bet; at 1 % of 100 an hour, that is 103 h and more.
  @Test func limitsOnTheCandidateAloneCountToo() throws {
    let forecast = try #require(
      CanaryForecast(policy([0.01], margin: 0.4, others: [.errorRate(ErrorRateRule(max: 0.05))]), requestsPerHour: 100))
    #expect(!forecast.canDecide && forecast.remedy.margin == nil)
    #expect((95...110).contains(try #require(forecast.promotedAfter)))
  }

  @Test func withoutAQuestionThereIsNoForecast() {
    #expect(CanaryForecast(canaryPolicy([.errorRate(ErrorRateRule())]), requestsPerHour: 100) == nil)
    #expect(CanaryForecast(canaryPolicy(), requestsPerHour: 0) == nil)
    #expect(CanaryForecast(canaryPolicy(), requestsPerHour: 10, productionRate: .nan) == nil)
  }
}
