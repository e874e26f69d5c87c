import PortcullisCore

extension CheckKind {
  package static let cost = CheckKind(
    name: "cost",
    summary: "the answer cost no more than an amount",
    details: """
      Tokens times the target's price. Without a price, without token counts, or in another currency the trial is unscored: \
      an unknown cost is not a small one.
      """,
    usage: "cost: MONEY",
    arguments: [CheckArgumentDoc("(argument)", "money", "the highest cost of one answer, as in \"0.01 USD\"")],
    examples: [
      CheckExample(#"{"cost": "0.01 USD"}"#, "Yes.", cost: Money(micro: 9_999, currency: "USD"), gives: .pass),
      CheckExample(#"{"cost": "0.01 USD"}"#, "Yes.", cost: Money(micro: 10_001, currency: "USD"), gives: .fail),
      CheckExample(#"{"cost": "0.01 USD"}"#, "Yes.", cost: Money(micro: 1, currency: "EUR"), gives: .unscored, "another currency"),
      CheckExample(#"{"cost": "0.01 USD"}"#, "Yes.", gives: .unscored, "no price is known"),
      CheckExample(#"{"cost": 0.01}"#, "Yes.", gives: .refused, "0.01 what?"),
    ]
  ) { reader, _ in
    guard let written = reader.text() else { return nil }
    let limit: Money
    do throws(UnitProblem) {
      limit = try Money(parsing: written)
    } catch {
      reader.refuse(error.message, help: error.help)
      return nil
    }
    return .pure(
      PureCheck(.whole, needs: .cost) { reading in
        guard let cost = reading.answer.cost else { return .unknown("the cost is not known: no price, or no token counts") }
        guard cost.currency == limit.currency else { return .unknown("the cost is in \(cost.currency), the limit in \(limit.currency)") }
        return cost.micro <= limit.micro ? .holds("cost \(cost)") : .lacks("wanted at most \(limit), it cost \(cost)")
      })
  }
}
