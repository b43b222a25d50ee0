/** The emoji people write as :names:, by subject. One per line part: names (first is the one shown), then the emoji. */

const TABLE = `
faces: grinning 😀|smiley 😃|smile 😄|grin 😁|laughing,satisfied 😆|sweat_smile 😅|rolling_on_the_floor_laughing,rofl 🤣|joy 😂
faces: slightly_smiling_face,simple_smile 🙂|upside_down_face 🙃|melting_face 🫠|wink 😉|blush 😊|innocent 😇|smiling_face_with_3_hearts 🥰
faces: heart_eyes 😍|star-struck 🤩|kissing_heart 😘|yum 😋|stuck_out_tongue 😛|zany_face 🤪|money_mouth_face 🤑|hugging_face 🤗
faces: face_with_hand_over_mouth 🤭|shushing_face 🤫|thinking_face,thinking 🤔|saluting_face 🫡|zipper_mouth_face 🤐|face_with_raised_eyebrow 🤨
faces: neutral_face 😐|expressionless 😑|no_mouth 😶|smirk 😏|unamused 😒|face_with_rolling_eyes 🙄|grimacing 😬|relieved 😌|pensive 😔
faces: sleepy 😪|sleeping 😴|mask 😷|face_with_thermometer 🤒|nauseated_face 🤢|hot_face 🥵|cold_face 🥶|dizzy_face 😵|exploding_head 🤯
faces: partying_face 🥳|sunglasses 😎|nerd_face 🤓|face_with_monocle 🧐|confused 😕|worried 😟|slightly_frowning_face 🙁|open_mouth 😮
faces: hushed 😯|astonished 😲|flushed 😳|pleading_face 🥺|fearful 😨|cold_sweat 😰|cry 😢|sob 😭|scream 😱|disappointed 😞|sweat 😓
faces: weary 😩|tired_face 😫|yawning_face 🥱|triumph 😤|rage 😡|angry 😠|skull 💀|clown_face 🤡|ghost 👻|robot_face 🤖|see_no_evil 🙈
hands: wave 👋|raised_hand,hand ✋|ok_hand 👌|crossed_fingers 🤞|v ✌️|call_me_hand 🤙|point_left 👈|point_right 👉|point_up_2 👆|point_down 👇
hands: +1,thumbsup 👍|-1,thumbsdown 👎|fist ✊|clap 👏|raised_hands 🙌|open_hands 👐|handshake 🤝|pray 🙏|writing_hand ✍️|muscle 💪|eyes 👀
people: bust_in_silhouette 👤|busts_in_silhouette 👥|speaking_head_in_silhouette 🗣️|shrug 🤷|man-shrugging 🤷‍♂️|woman-shrugging 🤷‍♀️
people: facepalm 🤦|office_worker 🧑‍💼|technologist 🧑‍💻|cop 👮|detective 🕵️|santa 🎅|family 👪|baby 👶|brain 🧠
hearts: heart ❤️|orange_heart 🧡|yellow_heart 💛|green_heart 💚|blue_heart 💙|purple_heart 💜|black_heart 🖤|broken_heart 💔|two_hearts 💕|100 💯
signs: white_check_mark ✅|heavy_check_mark ✔️|ballot_box_with_check ☑️|x ❌|negative_squared_cross_mark ❎|warning ⚠️|no_entry ⛔|no_entry_sign 🚫
signs: exclamation,heavy_exclamation_mark ❗|question ❓|grey_exclamation ❕|grey_question ❔|bangbang ‼️|interrobang ⁉️|sos 🆘|stop_sign 🛑
signs: red_circle 🔴|large_orange_circle 🟠|large_yellow_circle 🟡|large_green_circle 🟢|large_blue_circle,blue_circle 🔵|large_purple_circle 🟣
signs: white_circle ⚪|black_circle ⚫|large_red_square 🟥|large_green_square 🟩|large_yellow_square 🟨|white_large_square ⬜|black_large_square ⬛
signs: large_blue_diamond 🔷|small_blue_diamond 🔹|small_orange_diamond 🔸|small_red_triangle 🔺|small_red_triangle_down 🔻|radio_button 🔘
signs: arrow_up ⬆️|arrow_down ⬇️|arrow_left ⬅️|arrow_right ➡️|arrow_upper_right ↗️|arrow_lower_right ↘️|leftwards_arrow_with_hook ↩️
signs: arrow_right_hook ↪️|arrows_counterclockwise 🔄|arrows_clockwise 🔃|repeat 🔁|fast_forward ⏩|rewind ⏪|arrow_forward ▶️|heavy_plus_sign ➕
signs: heavy_minus_sign ➖|recycle ♻️|information_source ℹ️|new 🆕|free 🆓|ok 🆗|up 🆙|cool 🆒|top 🔝|soon 🔜|end 🔚|back 🔙|underage 🔞
signs: zero 0️⃣|one 1️⃣|two 2️⃣|three 3️⃣|four 4️⃣|five 5️⃣|six 6️⃣|seven 7️⃣|eight 8️⃣|nine 9️⃣|keycap_ten 🔟|hash #️⃣|1234 🔢|abc 🔤|tm ™️
time: hourglass ⌛|hourglass_flowing_sand ⏳|watch ⌚|alarm_clock ⏰|stopwatch ⏱️|timer_clock ⏲️|clock1 🕐|clock3 🕒|clock5 🕔|clock9 🕘|clock12 🕛
time: calendar 📆|date 📅|spiral_calendar_pad 🗓️|sunrise 🌅|sunny ☀️|partly_sunny ⛅|cloud ☁️|rain_cloud 🌧️|snowflake ❄️|zap ⚡|fire 🔥|rainbow 🌈
post: package 📦|mailbox 📫|mailbox_with_mail 📬|email,envelope ✉️|incoming_envelope 📨|envelope_with_arrow 📩|e-mail 📧|outbox_tray 📤|inbox_tray 📥
post: postbox 📮|truck 🚚|articulated_lorry 🚛|delivery_truck 🚚|ship 🚢|airplane ✈️|rocket 🚀|bike 🚲|car 🚗|house 🏠|office 🏢|post_office 🏣|factory 🏭
trade: shopping_trolley 🛒|shopping_bags 🛍️|gift 🎁|moneybag 💰|euro 💶|pound 💷|dollar 💵|money_with_wings 💸|credit_card 💳|receipt 🧾|label 🏷️
trade: chart_with_upwards_trend 📈|chart_with_downwards_trend 📉|bar_chart 📊|scales ⚖️|bank 🏦|department_store 🏬|convenience_store 🏪|ticket 🎫
things: memo,pencil 📝|pencil2 ✏️|lower_left_ballpoint_pen 🖊️|clipboard 📋|page_facing_up 📄|page_with_curl 📃|bookmark_tabs 📑|file_folder 📁
things: open_file_folder 📂|card_index_dividers 🗂️|card_index 📇|newspaper 📰|books 📚|book 📖|bookmark 🔖|paperclip 📎|linked_paperclips 🖇️
things: pushpin 📌|round_pushpin 📍|triangular_ruler 📐|straight_ruler 📏|scissors ✂️|wastebasket 🗑️|lock 🔒|unlock 🔓|key 🔑|link 🔗|mag 🔍
things: mag_right 🔎|hammer 🔨|wrench 🔧|screwdriver 🪛|hammer_and_wrench 🛠️|gear ⚙️|toolbox 🧰|broom 🧹|soap 🧼|bulb 💡|electric_plug 🔌|battery 🔋
things: computer 💻|desktop_computer 🖥️|keyboard ⌨️|printer 🖨️|floppy_disk 💾|camera 📷|frame_with_picture 🖼️|iphone 📱|phone,telephone ☎️
things: telephone_receiver 📞|satellite_antenna 📡|bell 🔔|no_bell 🔕|loudspeaker 📢|mega 📣|speech_balloon 💬|left_speech_bubble 🗨️
things: thought_balloon 💭|trophy 🏆|first_place_medal 🥇|medal 🏅|dart 🎯|tada 🎉|confetti_ball 🎊|balloon 🎈|crystal_ball 🔮|shield 🛡️|construction 🚧
things: rotating_light 🚨|traffic_light 🚦|fire_extinguisher 🧯|bomb 💣|pill 💊|thermometer 🌡️|umbrella ☔|sparkles ✨|star ⭐|star2 🌟|dizzy 💫|boom 💥
food: coffee ☕|tea 🍵|beer 🍺|beers 🍻|wine_glass 🍷|pizza 🍕|cake 🍰|birthday 🎂|cookie 🍪|apple 🍎|bread 🍞|cheese_wedge 🧀|salad 🥗
nature: dog 🐶|cat 🐱|mouse 🐭|hamster 🐹|rabbit 🐰|fox_face 🦊|bear 🐻|panda_face 🐼|pig 🐷|frog 🐸|monkey_face 🐵|chicken 🐔|penguin 🐧|bird 🐦
nature: owl 🦉|bee 🐝|bug 🐛|snail 🐌|turtle 🐢|snake 🐍|octopus 🐙|whale 🐳|fish 🐟|unicorn_face 🦄|horse 🐴|tree,deciduous_tree 🌳|evergreen_tree 🌲
nature: seedling 🌱|herb 🌿|four_leaf_clover 🍀|cactus 🌵|tulip 🌷|rose 🌹|sunflower 🌻|bouquet 💐|maple_leaf 🍁|fallen_leaf 🍂|earth_africa 🌍
flags: checkered_flag 🏁|triangular_flag_on_post 🚩|white_flag,waving_white_flag 🏳️|black_flag,waving_black_flag 🏴|rainbow-flag 🏳️‍🌈
`;

/** Emoji by every name it has. @type {Map<string, string>} */
export const EMOJI = new Map();
/** The first name of each, for the picker and for completing. @type {string[]} */
export const NAMES = [];

for (const line of TABLE.trim().split("\n")) {
  for (const entry of line.slice(line.indexOf(" ") + 1).split("|")) {
    const cut = entry.lastIndexOf(" ");
    const names = entry.slice(0, cut).split(",");
    for (const name of names) EMOJI.set(name, entry.slice(cut + 1));
    NAMES.push(names[0]);
  }
}
