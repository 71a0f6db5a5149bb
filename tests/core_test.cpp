#include "fascikit/core/labels.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "fascikit/core/event.hpp"
#include "fascikit/core/finite.hpp"
#include "fascikit/core/options.hpp"

using namespace fascikit;

TEST(Labels, TableIsIndexedByTheEnum) {
    for (std::size_t i = 0; i < label_count; ++i) {
        EXPECT_EQ(static_cast<std::size_t>(label_table[i].label), i);
        EXPECT_EQ(label_from(label_table[i].name), label_table[i].label);
    }
    EXPECT_FALSE(label_from("als").has_value());
}

TEST(Reasons, EachHasItsName) {
    static_assert(static_cast<std::size_t>(Reason::electrode) + 1 == reason_count);
    for (std::size_t i = 0; i < reason_count; ++i) EXPECT_FALSE(to_string(static_cast<Reason>(i)).empty());
}

TEST(Finite, IsDecidedByBits) {
    EXPECT_TRUE(core::is_finite(0.0F));
    EXPECT_TRUE(core::is_finite(std::numeric_limits<double>::max()));
    EXPECT_FALSE(core::is_finite(std::numeric_limits<float>::quiet_NaN()));
    EXPECT_FALSE(core::is_finite(-std::numeric_limits<double>::infinity()));
}

TEST(Options, ProblemsNameTheValueAndWhatIsAllowed) {
    EXPECT_EQ(problem(StreamOptions{.sampling_rate_hz = 2048, .channels = 64}), "");
    EXPECT_NE(problem(StreamOptions{.sampling_rate_hz = NAN, .channels = 1}).find("nan"), std::string::npos);
    EXPECT_NE(problem(StreamOptions{.sampling_rate_hz = 2048, .channels = 0}).find("1 to 4096"), std::string::npos);
    EXPECT_NE(problem(AnalyzeOptions{.passes = 3}, 2048).find("1 or 2"), std::string::npos);
    EXPECT_NE(problem(AnalyzeOptions{.band = {.low_hz = 20, .high_hz = 1024}}, 2048).find("1024"), std::string::npos);
}
