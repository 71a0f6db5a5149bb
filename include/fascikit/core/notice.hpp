// What every result says of itself, in the program, the summary and the report.
#pragma once

#include <array>
#include <string_view>

namespace fascikit {

inline constexpr std::array<std::string_view, 4> notice{
    "Research use, not a medical device. It names discharges, never a diagnosis.",
    "Fasciculations are common in healthy people; neither rate nor shape alone tells benign ones from ALS.",
    "Their absence excludes nothing.",
    "New weakness, wasting, or trouble with speech, swallowing or breathing needs a doctor.",
};

}  // namespace fascikit
