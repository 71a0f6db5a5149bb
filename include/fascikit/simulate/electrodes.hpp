// Electrodes: where the recording surfaces lie, at the skin (Montage) and in the muscle (Needle).
//
// A channel is a weighted sum of contacts: +1 and -1 for a bipolar pair, 1 -2 1 for the
// double differential, 1 alone against a reference so far away that it sees nothing.
// The first contact of a pair is the one at the smaller z. Positions in mm, z along the
// fibres, x across. Allocates the answer. Throws std::invalid_argument.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "fascikit/core/error.hpp"
#include "fascikit/simulate/conductor.hpp"
#include "fascikit/simulate/math.hpp"

namespace fascikit::simulate {

struct Contact {
    double x_mm = 0;
    double z_mm = 0;
    double weight = 1;
};
struct Channel {
    std::vector<Contact> contacts;
};
struct Montage {
    std::vector<Channel> channels;
    int rows = 0;          ///< of a grid, along z; row-major
    int columns = 0;       ///< across
    double pitch_mm = 0;
};

namespace detail {

inline void check_place(double x_mm, double z_mm) {
    require("x_mm", x_mm, -1000, 1000, "mm");
    require("z_mm", z_mm, -1000, 1000, "mm");
}
/// Channels along z, centred at (x, z), each with these weights on neighbouring contacts.
[[nodiscard]] inline Montage array(double x_mm, double z_mm, double distance_mm, int channels, std::vector<double> weights) {
    check_place(x_mm, z_mm);
    require("distance_mm", distance_mm, 0.5, 200, "mm");
    require("channels", channels, 1, 1000, "channels");
    Montage montage;
    montage.rows = channels;
    montage.columns = 1;
    montage.pitch_mm = distance_mm;
    const double middle = 0.5 * (static_cast<double>(channels) + static_cast<double>(weights.size()) - 2.0);
    for (int c = 0; c < channels; ++c) {
        Channel channel;
        for (std::size_t e = 0; e < weights.size(); ++e) {
            const double place = static_cast<double>(c) + static_cast<double>(e) - middle;
            channel.contacts.push_back({x_mm, z_mm + place * distance_mm, weights[e]});
        }
        montage.channels.push_back(channel);
    }
    return montage;
}

}  // namespace detail

/// `channels` pairs of neighbours of a row of channels + 1 contacts.
[[nodiscard]] inline Montage single_differential(double x_mm, double z_mm, double distance_mm, int channels) {
    return detail::array(x_mm, z_mm, distance_mm, channels, {1.0, -1.0});
}
/// `channels` triples of neighbours of a row of channels + 2 contacts.
[[nodiscard]] inline Montage double_differential(double x_mm, double z_mm, double distance_mm, int channels) {
    return detail::array(x_mm, z_mm, distance_mm, channels, {1.0, -2.0, 1.0});
}
/// One pair, its centre at (x, z).
[[nodiscard]] inline Montage bipolar(double x_mm, double z_mm, double distance_mm) {
    return single_differential(x_mm, z_mm, distance_mm, 1);
}

/// Monopolar, centred at (x, z); `turn_deg` turns it on the skin, from z towards x.
[[nodiscard]] inline Montage grid(int rows, int columns, double pitch_mm, double x_mm, double z_mm, double turn_deg = 0) {
    detail::check_place(x_mm, z_mm);
    detail::require("rows", rows, 1, 64, "rows");
    detail::require("columns", columns, 1, 64, "columns");
    detail::require("pitch_mm", pitch_mm, 0.5, 50, "mm");
    detail::require("turn_deg", turn_deg, -360, 360, "degrees");
    const double sine = sin_turns(turn_deg / 360.0);
    const double cosine = cos_turns(turn_deg / 360.0);
    Montage montage;
    montage.rows = rows;
    montage.columns = columns;
    montage.pitch_mm = pitch_mm;
    for (int r = 0; r < rows; ++r) {
        for (int c = 0; c < columns; ++c) {
            const double along = pitch_mm * (static_cast<double>(r) - 0.5 * static_cast<double>(rows - 1));
            const double across = pitch_mm * (static_cast<double>(c) - 0.5 * static_cast<double>(columns - 1));
            Channel channel;
            channel.contacts.push_back({x_mm + across * cosine + along * sine, z_mm + along * cosine - across * sine, 1.0});
            montage.channels.push_back(channel);
        }
    }
    return montage;
}

enum class NeedleKind : std::uint8_t { concentric, monopolar, single_fibre };

[[nodiscard]] constexpr const char* to_string(NeedleKind kind) noexcept {
    switch (kind) {
        case NeedleKind::concentric: return "concentric";
        case NeedleKind::monopolar: return "monopolar";
        case NeedleKind::single_fibre: return "single_fibre";
    }
    return "unknown";
}

/// A needle straight down, its recording surface centred at (x, depth, z).
struct Needle {
    NeedleKind kind = NeedleKind::concentric;
    double x_mm = 0;
    double depth_mm = 10;
    double z_mm = 20;
};

namespace detail {

/// A point of a recording surface; a fibre is never nearer than `least_mm`.
struct NeedlePoint {
    double x_mm = 0, depth_mm = 0, z_mm = 0, weight = 0, least_mm = 0;
};

/// The surfaces as points. Concentric: an ellipse of 0.15 × 0.58 mm, 0.07 mm² (the bevelled core
/// of a standard needle of 0.46 mm), long side along the needle, 13 points, against the mean
/// along 20 mm of cannula. Monopolar: a cone 0.58 mm long and 0.15 mm wide at its base, much like
/// that ellipse (Nandedkar and Sanders 1991, 10.1002/mus.880140204), against a far reference.
/// Single fibre: 25 um (Trontelj 2003, 10.1016/s1567-4231(09)70120-0), against its cannula.
/// The metal's own distortion of the field is left out.
[[nodiscard]] inline std::vector<NeedlePoint> points_of(const Needle& n) {
    require("x_mm of the needle", n.x_mm, -1000, 1000, "mm");
    require("depth_mm of the needle", n.depth_mm, 0, 100, "mm");
    require("z_mm of the needle", n.z_mm, -1000, 1000, "mm");
    std::vector<NeedlePoint> points;
    const auto add = [&](double x, double depth, double z, double weight, double least) {
        points.push_back({n.x_mm + x, n.depth_mm + depth, n.z_mm + z, weight, least});
    };
    if (n.kind == NeedleKind::single_fibre) {
        add(0, 0, 0, 1.0, 0.0125);
    } else if (n.kind == NeedleKind::concentric) {
        // Equal areas: the middle, a ring of 4 and one of 8.
        add(0, 0, 0, 1.0 / 13.0, 0.0);
        for (int k = 0; k < 12; ++k) {
            const double turns = k < 4 ? 0.25 * k + 0.125 : 0.125 * (k - 4);
            const double radius = k < 4 ? 0.4804 : 0.8321;
            add(0, 0.29 * radius * cos_turns(turns), 0.075 * radius * sin_turns(turns), 1.0 / 13.0, 0.0);
        }
    } else {
        // Rings of 4 at the middle of three bands of equal height; area grows with the distance from the tip.
        for (int k = 0; k < 12; ++k) {
            const double band = (static_cast<double>(k / 4) + 0.5) / 3.0;
            const double turns = 0.25 * (k % 4) + 0.125 * (k / 4);
            add(0.075 * band * cos_turns(turns), 0.29 - 0.58 * band, 0.075 * band * sin_turns(turns), band / 6.0, 0.0);
        }
    }
    if (n.kind != NeedleKind::monopolar)
        for (int k = 0; k < 20; ++k) add(0, -0.5 - static_cast<double>(k), 0, -0.05, 0.23);
    return points;
}

}  // namespace detail

}  // namespace fascikit::simulate
