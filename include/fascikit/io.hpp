// fascikit::io: files in, files out. Link the target fascikit::io.
#pragma once

#include "fascikit/io/digital.hpp"
#include "fascikit/io/read.hpp"
#include "fascikit/io/results.hpp"
#include "fascikit/io/sha256.hpp"
#include "fascikit/io/sites.hpp"
#include "fascikit/io/truth.hpp"
#include "fascikit/io/write.hpp"
#include "fascikit/io/write_edf.hpp"
