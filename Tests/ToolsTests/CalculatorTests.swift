import Testing

@testable import Tools

@Suite struct CalculatorTests {
    private static func text(_ expression: String) -> String {
        do throws(ToolFailure) {
            return try Calculator.evaluate(expression).text()
        } catch {
            return "! " + error.message
        }
    }

    private static let rows: [(String, String)] = [
        ("1 + 2 * 3", "7"), ("(1 + 2) * 3", "9"), ("0.1 + 0.2", "0.3"), ("1/8", "0.125"), ("-7 % 3", "2"),
        ("7 % -3", "-2"), ("7.5 % 2", "1.5"), ("-2^2", "-4"), ("(-2)^2", "4"), ("2^3^2", "512"), ("2**10", "1024"),
        ("2^-2", "0.25"), ("10/4/5", "0.5"), ("10 - 4 - 3", "3"), ("--5", "5"), ("+5", "5"), ("1e3", "1000"),
        ("1.5e-3", "0.0015"), (".5", "0.5"), ("5.", "5"), ("1_000_000", "1000000"), ("3 × 4 ÷ 6 − 1", "1"),
        ("1/3", "0.\(String(repeating: "3", count: 40))… (rounded; exactly 1/3)"),
        ("-2/3", "-0.\(String(repeating: "6", count: 39))7… (rounded; exactly -2/3)"),
        ("1/3*3", "1"), ("2^200", "1606938044258990275541962092341162602522202993782792835301376"),
        (
            "123456789012345678901234567890 * 987654321098765432109876543210",
            "121932631137021795226185032733622923332237463801111263526900"
        ),
        (
            "121932631137021795226185032733622923332237463801111263526900 / 987654321098765432109876543210",
            "123456789012345678901234567890"
        ),
        ("abs(-3.5)", "3.5"), ("min(3, 1, 2)", "1"), ("max(3, 1, 2)", "3"), ("floor(-1.5)", "-2"), ("ceil(1.2)", "2"),
        ("ceil(-1.2)", "-1"), ("round(2.5)", "3"), ("round(-2.5)", "-3"), ("round(2.345, 2)", "2.35"),
        ("round(1/3, 4)", "0.3333"), ("sqrt(2.25)", "1.5"), ("sqrt(144)", "12"), ("sqrt(0)", "0"),
        ("sqrt(2)", "1.41421356237309504880168872420969807857 (rounded)"), ("0^0", "1"), ("(-1)^1001", "-1"),
        ("(19.99 * 3 - 5%7) / 2^10", "0.053681640625"),
        (
            "2/3e45",
            "6.666666666666666666666666666666666666667e-46… (rounded; exactly 1/1500000000000000000000000000000000000000000000)"
        ),
        ("1/7^2900", "1.643175529327765381590691946614687106418e-2451… (rounded)"),
        ("sqrt(2e-90)", "1.41421356237309504880168872420969807857e-45 (rounded)"),
        ("sqrt(2e-90)*1e45", "1.41421356237309504880168872420969807857 (rounded)"),
        (
            "1/3e20",
            "0.00000000000000000000\(String(repeating: "3", count: 40))… (rounded; exactly 1/300000000000000000000)"
        ),
        ("1e50/3", "\(String(repeating: "3", count: 50))… (rounded; exactly 1\(String(repeating: "0", count: 50))/3)"),
        ("1 - 1/3e45", "1.\(String(repeating: "0", count: 40))… (rounded)"),
        ("1/3e21", "3.\(String(repeating: "3", count: 39))e-22… (rounded; exactly 1/3000000000000000000000)"),
        ("-1/6 - 1/10", "-0.2\(String(repeating: "6", count: 38))7… (rounded; exactly -4/15)"),
        ("(2/3) * (9/4) / (-3/2)", "-1"), ("0/5 + 0*3/7", "0"), ("(1/6 + 1/3) * 0", "0"),
    ]

    @Test("Results are exact", arguments: rows)
    func results(expression: String, expected: String) {
        #expect(Self.text(expression) == expected)
    }

    @Test(
        "What cannot be read or reckoned is said",
        arguments: [
            ("", "the expression ends"), ("1 +", "the expression ends"), ("(1", "the expression ends"),
            ("1 2", "cannot be read from `2` on"), ("1 ×÷ 2", "cannot be read from `/ 2` on"),
            ("1 + x", "`x` is no number"), ("f(1)", "there is no function `f`"),
            ("1/0", "division by zero"), ("1 % 0", "division by zero"), ("0^-1", "division by zero"),
            ("2^0.5", "an exponent must be"), ("sqrt(-1)", "the square root of a negative"), ("1..2", "cannot be read"),
            ("abs(1,2)", "`abs` takes one number"), ("round(1, 0.5)", "round takes 0 to"), ("$5", "cannot be read"),
            ("1e", "cannot be read"), ("1e9999999999", "the exponent of a number is at most 1000"),
            ("2 ^ 9999999", "has more than"),
            ("9^9^9", "has more than"), ("1e1001", "the exponent of a number is at most 1000"),
            ("1e-1001", "the exponent of a number is at most 1000"), ("3^8000", "has more than"),
        ])
    func refusals(expression: String, reason: String) {
        #expect(Self.text(expression).hasPrefix("! "), "\(Self.text(expression))")
        #expect(Self.text(expression).contains(reason), "\(Self.text(expression))")
    }

    @Test("Nesting, length and size have limits: at them it works, one past them it is refused")
    func limits() {
        func nested(_ depth: Int) -> String {
            String(repeating: "(", count: depth) + "1" + String(repeating: ")", count: depth)
        }
        #expect(Self.text(nested(Calculator.maximumDepth - 1)) == "1")
        #expect(Self.text(nested(Calculator.maximumDepth)) == "! the expression is nested too deep")
        let long = "1" + String(repeating: " ", count: Calculator.maximumExpressionBytes - 1)
        #expect(Self.text(long) == "1")
        #expect(Self.text(long + " ").hasPrefix("! the expression is longer"))
        #expect(!Self.text("2^\(ExactNumber.maximumBits - 1)").hasPrefix("!"))
        #expect(Self.text("2^\(ExactNumber.maximumBits)").hasPrefix("! a number on the way"))
        #expect(Self.text("(-1)^999999999") == "-1")
        let places = Calculator.maximumPlaces
        #expect(Self.text("1e\(places)") == "1" + String(repeating: "0", count: places))
        #expect(Self.text("1e-\(places) * 1e\(places)") == "1")
        #expect(Self.text("round(0.5, \(places))") == "0.5")
        #expect(Self.text("round(0.5, \(places + 1))").hasPrefix("! round takes 0 to"))
        let digits = ExactNumber.maximumBits / 3
        #expect(Self.text(String(repeating: "0", count: digits - 1) + "7") == "7")
        #expect(Self.text(String(repeating: "0", count: digits) + "7").hasPrefix("! a number on the way"))
    }

    @Test("A run that nobody waits for ends at its next operation")
    func cancelled() {
        let cancellation = Cancellation()
        cancellation.cancel()
        #expect(throws: ToolFailure.self) { try Calculator.evaluate("1*1", cancellation) }
    }

    @Test("Large fractions are taken on with as many operations as fit into an expression")
    func manyOperations() {
        let expression = "(3^5100/7^2900)" + String(repeating: "*1+0/1", count: 1600) + "-3^5100/7^2900"
        #expect(expression.utf8.count < Calculator.maximumExpressionBytes)
        #expect(Self.text(expression) == "0")
    }

    @Test("Division, multiplication and addition of large numbers agree with each other")
    func arithmetic() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            func number(_ limbs: Int) -> BigInteger {
                // Limbs of all ones and of zeros are where long division goes wrong.
                let limbs = (0..<limbs).map { _ -> UInt32 in
                    [0, .max, 1, 0x8000_0000, generator.next()].randomElement(using: &generator) ?? 1
                }
                return BigInteger(limbs: limbs, isNegative: Bool.random(using: &generator))
            }
            let dividend = number(Int.random(in: 0...12, using: &generator))
            let divisor = number(Int.random(in: 1...6, using: &generator))
            guard !divisor.isZero else { continue }
            let (quotient, remainder) = dividend.quotientAndRemainder(dividingBy: divisor)
            #expect(quotient * divisor + remainder == dividend, "\(dividend.text) / \(divisor.text)")
            #expect(remainder.magnitude < divisor.magnitude)
            #expect(BigInteger(digits: dividend.magnitude.text.utf8) == dividend.magnitude)
            let root = dividend.magnitude.squareRoot
            #expect(!(dividend.magnitude < root * root) && dividend.magnitude < (root + .one) * (root + .one))
        }
    }
}
