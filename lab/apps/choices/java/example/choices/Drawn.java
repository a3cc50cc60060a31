package example.choices;

import android.app.Activity;
import android.graphics.Canvas;
import android.graphics.Color;
import android.graphics.Paint;
import android.graphics.RectF;
import android.text.Layout;
import android.text.StaticLayout;
import android.text.TextPaint;
import android.view.MotionEvent;
import android.view.View;

/**
 * A notice as an app shows it that draws everything itself, as with Flutter or a game engine: one view, which paints the words, a
 * tick box and the buttons, takes the touches, and tells accessibility nothing.
 *
 *   box: none (the default), empty, ticked: whether there is a tick box, and how it is at first
 *   dark: light words on a dark ground
 *   refuse: its word
 *   faint: the refusal is grey text instead of a button
 *   second: a refusal is asked about once more
 */
final class Drawn extends Feature {
    private static final String TEXT = "感谢您使用本应用。我们依据《用户协议》和《隐私政策》收集和使用您的个人信息，包括设备信息、位置信息，"
        + "用于为您提供基本服务。请您务必仔细阅读并充分理解各条款，同意后开始使用。";
    private static final String AGAIN = "很遗憾，不同意《隐私政策》将无法继续使用本应用，请您再次考虑。";

    Drawn() {
        super("drawn");
    }

    @Override
    void onStart(Activity page, Runnable next) {
        if (Choice.has(page, "agreed")) {
            next.run();
        } else {
            page.setContentView(new Sheet(page, behaviour(page), next));
        }
    }

    private final class Sheet extends View {
        private final Activity page;
        private final Behaviour how;
        private final Runnable next;
        private final TextPaint words = new TextPaint(Paint.ANTI_ALIAS_FLAG);
        private final Paint shape = new Paint(Paint.ANTI_ALIAS_FLAG);
        private final RectF agree = new RectF();
        private final RectF refuse = new RectF();
        private final RectF box = new RectF();
        private final float dp;
        private final boolean boxed;
        private boolean ticked;
        private boolean again;

        Sheet(Activity page, Behaviour how, Runnable next) {
            super(page);
            this.page = page;
            this.how = how;
            this.next = next;
            dp = page.getResources().getDisplayMetrics().density;
            boxed = !"none".equals(how.text("box", "none"));
            ticked = "ticked".equals(how.text("box", "none"));
            setImportantForAccessibility(IMPORTANT_FOR_ACCESSIBILITY_YES);
        }

        @Override
        protected void onDraw(Canvas canvas) {
            boolean dark = how.is("dark");
            int ink = dark ? 0xffe6e6e6 : 0xff333333;
            float width = getWidth();
            canvas.drawColor(dark ? 0xff101012 : 0xff8c8c8c);
            RectF card = new RectF(24 * dp, getHeight() * 0.18f, width - 24 * dp, getHeight() * 0.82f);
            shape.setStyle(Paint.Style.FILL);
            shape.setColor(dark ? 0xff26262a : Color.WHITE);
            canvas.drawRoundRect(card, 12 * dp, 12 * dp, shape);
            write(canvas, again ? "温馨提示" : "隐私保护提示", 20, ink, card.centerX(), card.top + 40 * dp);
            words.setTextAlign(Paint.Align.LEFT);
            words.setTextSize(15 * dp);
            StaticLayout text = new StaticLayout(again ? AGAIN : TEXT, words, (int) (card.width() - 40 * dp),
                Layout.Alignment.ALIGN_NORMAL, 1.35f, 0, false);
            canvas.save();
            canvas.translate(card.left + 20 * dp, card.top + 64 * dp);
            text.draw(canvas);
            canvas.restore();
            agree.set(card.left + 24 * dp, card.bottom - 112 * dp, card.right - 24 * dp, card.bottom - 66 * dp);
            refuse.set(card.left + 24 * dp, card.bottom - 56 * dp, card.right - 24 * dp, card.bottom - 14 * dp);
            if (boxed && !again) {
                drawBox(canvas, card.left + 24 * dp, agree.top - 40 * dp, dark);
                words.setTextAlign(Paint.Align.LEFT);
                words.setTextSize(13 * dp);
                words.setColor(ink);
                canvas.drawText("我已阅读并同意《用户协议》和《隐私政策》", box.right + 8 * dp, box.bottom - 4 * dp, words);
            }
            shape.setStyle(Paint.Style.FILL);
            shape.setColor(0xff1677ff);
            canvas.drawRoundRect(agree, 23 * dp, 23 * dp, shape);
            write(canvas, "同意并继续", 16, Color.WHITE, agree.centerX(), agree.centerY() + 6 * dp);
            boolean faint = how.is("faint");
            if (!faint) {
                shape.setStyle(Paint.Style.STROKE);
                shape.setStrokeWidth(dp);
                shape.setColor(0xff999999);
                canvas.drawRoundRect(refuse, 21 * dp, 21 * dp, shape);
            }
            write(canvas, again ? "仍不同意" : how.text("refuse", "不同意"), faint ? 12 : 16, faint ? 0xffc4c4c4 : ink,
                refuse.centerX(), refuse.centerY() + 6 * dp);
        }

        private void write(Canvas canvas, String text, float size, int colour, float x, float y) {
            words.setTextAlign(Paint.Align.CENTER);
            words.setTextSize(size * dp);
            words.setColor(colour);
            canvas.drawText(text, x, y, words);
        }

        private void drawBox(Canvas canvas, float left, float top, boolean dark) {
            box.set(left, top, left + 18 * dp, top + 18 * dp);
            shape.setStrokeWidth(1.5f * dp);
            shape.setStyle(ticked ? Paint.Style.FILL : Paint.Style.STROKE);
            shape.setColor(ticked ? 0xff1677ff : dark ? 0xffaaaaaa : 0xff888888);
            canvas.drawRoundRect(box, 3 * dp, 3 * dp, shape);
            if (ticked) {
                shape.setStyle(Paint.Style.STROKE);
                shape.setStrokeWidth(2 * dp);
                shape.setColor(Color.WHITE);
                canvas.drawLine(left + 4 * dp, top + 9 * dp, left + 8 * dp, top + 13 * dp, shape);
                canvas.drawLine(left + 8 * dp, top + 13 * dp, left + 14 * dp, top + 5 * dp, shape);
            }
        }

        @Override
        public boolean onTouchEvent(MotionEvent event) {
            if (event.getActionMasked() != MotionEvent.ACTION_UP) {
                return true;
            }
            float x = event.getX();
            float y = event.getY();
            if (boxed && !again && y > box.top - 12 * dp && y < box.bottom + 12 * dp && x < box.right + 12 * dp) {
                ticked = !ticked;
                invalidate();
            } else if (agree.contains(x, y) && (ticked || !boxed || again)) {
                Choice.keep(page, "agreed", true);
                for (Feature feature : Features.of(page)) {
                    feature.onAgree(page);
                }
                next.run();
            } else if (refuse.contains(x, y)) {
                if (how.is("second") && !again) {
                    again = true;
                    invalidate();
                } else {
                    page.finishAffinity();
                }
            }
            return true;
        }
    }
}
