import Foundation
import Observability
import Testing

struct TimestampTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (951_827_696_789, "2000-02-29T12:34:56.789Z"),
        (951_868_800_000, "2000-03-01T00:00:00.000Z"),
        (-2_203_891_200_001, "1900-02-28T23:59:59.999Z"),
        (-2_203_891_200_000, "1900-03-01T00:00:00.000Z"),
        (1_798_761_599_007, "2026-12-31T23:59:59.007Z"),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    ])
    func `A moment is written as RFC 3339 has it, in UTC`(milliseconds: Int, text: String) {
        #expect(Timestamp(milliseconds: milliseconds).rfc3339 == text)
    }

    @Test func `Every day of four centuries is the one that the system's calendar says`() {
        let style = Date.ISO8601FormatStyle()
        let day = 86_400_000
        for number in stride(from: -25_567, to: 120_530, by: 13) {
            let milliseconds = number * day + 45_296_000
            let date = Date(timeIntervalSince1970: Double(milliseconds) / 1_000)
            #expect(Timestamp(milliseconds: milliseconds).rfc3339 == date.formatted(style).dropLast() + ".000Z")
        }
    }
}
